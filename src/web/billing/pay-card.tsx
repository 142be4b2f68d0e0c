import { type ComponentChildren } from 'preact';
import { type Challenge } from '../../billing/gateway.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Consequences, PostButton } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { dayOf } from '../components/when.js';
import { type InvoiceProps } from './invoice-props.js';
import { money } from './money.js';
import { cardText } from './plan-words.js';
import { StripeForm } from './stripe-form.js';
import { type Waiting } from './waiting.js';

type Part = InvoiceProps & { readonly organization: string; readonly waiting: Waiting };
type Asked = Part & { readonly challenge: Challenge };

/** The ways to pay an open invoice, the nearest first. */
export function PayCard(part: Part) {
  const { challenge } = part;
  return (
    <Card title="Pay">
      {challenge === 'unreachable' ? (
        <Notice tone="warn" title="Stripe cannot be reached now">
          <p>Nothing has been charged. Reload this page in a minute.</p>
        </Notice>
      ) : challenge === null ? (
        <p class="quiet">Stripe has nothing to be paid here any more. Reload the page in a moment.</p>
      ) : (
        <Ways {...part} challenge={challenge} />
      )}
      {part.waiting.mayBeAbandoned && <Abandon {...part} />}
    </Card>
  );
}

function Ways(part: Asked) {
  const { challenge, card, atOnce } = part;
  if (challenge.step === 'authenticate')
    return (
      <>
        <p>Your bank has a question about this payment. It opens in a window over this page.</p>
        <Form {...part} kind="next" button="Authenticate payment" atOnce={atOnce} />
        <OtherCard {...part} />
      </>
    );
  if (card === null) return <Form {...part} kind="payment" button={`Pay ${amountOf(part)}`} />;
  return (
    <>
      <OnFile {...part} />
      <OtherCard {...part} />
    </>
  );
}

const amountOf = ({ invoice }: Pick<Part, 'invoice'>): string => money(invoice.amountRemaining, invoice.currency);

function OnFile(part: Asked) {
  const { organization, invoice, waiting } = part;
  const isBank = invoice.need === 'authentication' && waiting.purpose === 'renewal';
  return (
    <>
      <p>{onFileWords(part)}</p>
      <p>
        <PostButton action={paths.invoiceAct(organization, invoice.stripeId, 'pay')}>
          {isBank ? 'Authenticate payment' : `Pay ${amountOf(part)}`}
        </PostButton>
      </p>
    </>
  );
}

function onFileWords({ invoice, card, waiting }: Asked): string {
  const words = cardText(card!);
  if (invoice.need !== 'authentication') return `With the card on file, ${words}. Your bank may ask you to confirm it.`;
  return waiting.purpose === 'renewal'
    ? `${words} was to be charged while you were not there, and the bank wants to ask you first.`
    : `With the card on file, ${words}. Your bank asks you once more.`;
}

function OtherCard(part: Asked) {
  return (
    <Consequences summary="Pay with another card" tone="plain">
      <Form {...part} kind="payment" button={`Pay ${amountOf(part)} with this card`} />
    </Consequences>
  );
}

interface FormProps extends Omit<Asked, 'atOnce'> {
  readonly kind: 'payment' | 'next';
  readonly button: string;
  readonly atOnce?: boolean;
}

function Form({ organization, invoice, challenge, service, kind, button, atOnce = false }: FormProps) {
  return (
    <StripeForm
      {...{ service, kind, button, atOnce, clientSecret: challenge.clientSecret }}
      back={paths.invoiceAct(organization, invoice.stripeId, 'done')}
      otherwise={<Elsewhere url={invoice.hostedUrl} />}
    />
  );
}

/** Stripe's own page takes payments too. */
function Elsewhere({ url }: { url: string | null }): ComponentChildren {
  if (url === null) return null;
  return (
    <p>
      It can be paid <a href={url}>on Stripe’s page</a> as well.
    </p>
  );
}

function Abandon({ organization, invoice, waiting: { purpose, until } }: Part) {
  return (
    <div id="abandon">
      <Consequences summary="Abandon" label="Abandon this payment">
        <p>
          {purpose === 'start'
            ? 'The subscription does not begin.'
            : 'What waits for this payment is dropped; what you have stays as it is.'}{' '}
          Nothing is charged.{until === null ? '' : ` The same happens by itself on ${dayOf(until)}.`}
        </p>
        <PostButton action={paths.invoiceAct(organization, invoice.stripeId, 'abandon')} tone="danger">
          Abandon
        </PostButton>
      </Consequences>
    </div>
  );
}
