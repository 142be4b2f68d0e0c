import { type Answer, type BrowserPort, type Route, type SandboxRequest } from '../browser-port.js';
import { problemAnswer } from './page.js';

/**
 * The sandbox listens on the loopback only, but every page in the browser can send requests there. A name that somebody points
 * at 127.0.0.1 (DNS rebinding) is refused by its Host, a form or script of another site by its Origin, which browsers send with
 * every POST.
 */
export const guarded = (sandbox: BrowserPort, { method, pattern, handler }: Route): Route => ({
  ...{ method, pattern },
  handler: (request) => refusal(sandbox, method, request) ?? handler(request),
});

const isOurHost = (sandbox: BrowserPort, host: string | undefined): boolean => {
  const { port } = new URL(sandbox.url);
  return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${port}`);
};

function refusal(sandbox: BrowserPort, method: Route['method'], { headers }: SandboxRequest): Answer | undefined {
  if (!isOurHost(sandbox, headers.host))
    return problemAnswer(421, 'Not this host', `The sandbox is called ${sandbox.url} and nothing else.`);
  if (method === 'POST' && headers.origin !== `http://${headers.host}`)
    return problemAnswer(403, 'Not from here', 'Only pages of the sandbox itself may change it.');
  return undefined;
}
