import { z } from 'zod';
import { type Answer, type BrowserPort, type Intent, type Route, type SandboxRequest } from '../browser-port.js';
import { challengePage, settledPage } from './challenge.page.js';
import { formOf } from './form.js';
import { problemAnswer } from './page.js';

const outcome = z.object({ outcome: z.enum(['complete', 'fail', 'cancel']) });

/** The way back to the site, as the intent was confirmed with it. Only a web address is one. */
function returnUrlOf(url: URL): URL | undefined {
  const text = url.searchParams.get('return_url') ?? '';
  if (!URL.canParse(text)) return undefined;
  const target = new URL(text);
  return /^https?:$/.test(target.protocol) ? target : undefined;
}

/** `return_url` with what the site needs to look the intent up again. */
function wayBack(target: URL, intent: Intent, clientSecret: string): string {
  target.searchParams.set(intent.object, intent.id);
  target.searchParams.set(`${intent.object}_client_secret`, clientSecret);
  const isFailed = ['requires_payment_method', 'canceled'].includes(intent.status);
  target.searchParams.set('redirect_status', isFailed ? 'failed' : 'succeeded');
  return target.href;
}

/** The bank of the test cards that want 3D Secure: `/3ds/INTENT?client_secret=…`, in a window over the site or as a page. */
export function challengeRoutes(sandbox: BrowserPort): Route[] {
  const secretOf = ({ url }: SandboxRequest) => url.searchParams.get('client_secret') ?? '';
  const intentOf = (request: SandboxRequest) => sandbox.findIntent(request.params['intent'] ?? '', secretOf(request));
  const unknown = () => problemAnswer(404, 'Unknown payment', 'There is no payment with this address.');

  const show = (request: SandboxRequest): Answer => {
    const intent = intentOf(request);
    if (intent === undefined) return unknown();
    if (intent.status !== 'requires_action') return settledPage();
    const action = request.url.pathname + request.url.search;
    return challengePage(sandbox, { intent, action, formTarget: returnUrlOf(request.url)?.origin });
  };

  const settle = async (request: SandboxRequest): Promise<Answer> => {
    const intent = intentOf(request);
    const decided = outcome.safeParse(formOf(request));
    if (intent === undefined || !decided.success) return unknown();
    const after = await sandbox.settleChallenge(intent.id, decided.data.outcome);
    const back = returnUrlOf(request.url);
    if (back === undefined) return settledPage();
    return { status: 303, headers: { location: wayBack(back, after, secretOf(request)), 'cache-control': 'no-store' } };
  };

  return [
    { method: 'GET', pattern: '/3ds/:intent', handler: show },
    { method: 'POST', pattern: '/3ds/:intent', handler: settle },
  ];
}
