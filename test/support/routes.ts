import { type TestApp } from './app.js';

/** Every route the framework knows, as `METHOD /path/:parameter`. */
export function routesOf({ app }: Pick<TestApp, 'app'>): string[] {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const path: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, part, methods] = /^([│├└─ ]+)(\S+) \((.+)\)$/.exec(line) ?? [];
    if (indent === undefined) return [];
    path.splice(indent.length / 4 - 1, Infinity, part!);
    const whole = path.join('').replace(/^\/+/, '/');
    return methods!
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${whole}`);
  });
}

/** Pages and forms; the rest is for programs. */
export const isPage = (route: string): boolean => !/ \/(api|health|webhooks|metrics|\.well-known)(\/|$)/.test(route);
