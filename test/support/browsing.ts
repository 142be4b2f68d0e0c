import { DataSource } from 'typeorm';
import { Sessions } from '../../src/accounts/sessions.js';
import { type User } from '../../src/accounts/user.entity.js';
import { type TestApp } from './app.js';

/** What came back, as a browser would keep it. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where a redirect leads. */
  readonly location: string | null;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A browser without a screen: keeps cookies, sends forms as our pages do, follows nothing by itself. */
export class Browsing {
  readonly cookies = new Map<string, string>();

  constructor(readonly url: string) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    return this.send('GET', path, undefined, headers);
  }

  /** Sends a form from one of our own pages. */
  post(path: string, fields: Fields = {}, headers: Record<string, string> = {}): Promise<Seen> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields))
      for (const one of typeof value === 'string' ? [value] : value) body.append(name, one);
    return this.send('POST', path, body, { 'sec-fetch-site': 'same-origin', ...headers });
  }

  /** Sends a form and looks at the page it leads to. */
  async submit(path: string, fields: Fields = {}): Promise<Seen> {
    const answer = await this.post(path, fields);
    return answer.location === null ? answer : this.get(answer.location);
  }

  private async send(
    method: string,
    path: string,
    body: URLSearchParams | undefined,
    headers: Record<string, string>,
  ): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, this.url), {
      ...{ method, redirect: 'manual', ...(body && { body }) },
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', ...(cookie && { cookie }), ...headers },
    });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    const location = response.headers.get('location');
    return { status: response.status, headers: response.headers, text: await response.text(), location };
  }

  private keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /;\s*max-age=0/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** A browser in which `user` is logged in, without going through the login; anonymous without one. */
export async function browse({ app, url }: Pick<TestApp, 'app' | 'url'>, user?: User): Promise<Browsing> {
  const browsing = new Browsing(url);
  if (user === undefined) return browsing;
  const tx = app.get(DataSource).manager;
  const { token } = await app.get(Sessions).start(tx, user, { ip: '127.0.0.1', userAgent: 'tests' }, 'tests');
  browsing.cookies.set('propolis-session', token);
  return browsing;
}
