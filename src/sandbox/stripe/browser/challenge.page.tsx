import { type Answer, type BrowserPort, type Intent } from '../browser-port.js';
import { money } from './money.js';
import { pageAnswer } from './page.js';

const idOf = (one: string | { id: string } | null | undefined): string | undefined =>
  typeof one === 'string' ? one : one?.id;

/** What is asked for, as a bank tells it. */
function factsOf(sandbox: BrowserPort, intent: Intent): (readonly [string, string])[] {
  const method = idOf(intent.payment_method);
  const last4 = method === undefined ? undefined : sandbox.object('payment_method', method)?.card?.last4;
  const what =
    intent.object === 'payment_intent' ? money(intent.amount, intent.currency) : 'Keep the card for later payments';
  return [
    [intent.object === 'payment_intent' ? 'Amount' : 'Purpose', what],
    ...(last4 ? [['Card', `•••• ${last4}`] as const] : []),
  ];
}

const dress = { styles: ['frames/challenge.css'], script: 'frames/challenge.js', framed: true };

const Strip = () => <p class="strip">Sandbox: a test bank, and no real money.</p>;

export interface Challenge {
  readonly intent: Intent;
  /** Where the form goes: this page's own address. */
  readonly action: string;
  /** The site that the browser came from, where the way leads back. */
  readonly formTarget: string | undefined;
}

export const challengePage = (sandbox: BrowserPort, { intent, action, formTarget }: Challenge): Answer =>
  pageAnswer({
    ...{ title: 'Test bank: 3D Secure', ...dress, formTarget },
    children: (
      <>
        <Strip />
        <main>
          <p class="bank">Test bank · 3D Secure</p>
          <h1>Is this you?</h1>
          <p>A real bank would ask for a code or a look at your phone here. This one lets you choose how it ends.</p>
          <dl>
            {factsOf(sandbox, intent).map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
          <form method="post" action={action}>
            <button name="outcome" value="complete">
              Complete authentication
            </button>
            <button name="outcome" value="fail">
              Fail authentication
            </button>
            <button name="outcome" value="cancel">
              Cancel
            </button>
          </form>
        </main>
      </>
    ),
  });

/** Nothing is left to decide: the page around is told so by the script; whoever came here alone reads it. */
export const settledPage = (): Answer =>
  pageAnswer({
    ...{ title: 'Test bank: 3D Secure', ...dress },
    children: (
      <>
        <Strip />
        <main>
          <p class="bank">Test bank · 3D Secure</p>
          <h1>Nothing to authenticate</h1>
          <p>This payment waits for no answer from the bank. You can close this page.</p>
        </main>
      </>
    ),
  });
