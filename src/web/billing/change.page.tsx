import { type CardSummary } from '../../billing/customer.entity.js';
import { type Quote } from '../../billing/gateway.js';
import { type Operation } from '../../billing/operation.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Form, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { When } from '../components/when.js';
import { type Html } from '../http/answers.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';
import { type Change } from './change-words.js';
import { money, Sums } from './money.js';
import { cardText } from './plan-words.js';

export interface ChangeProps {
  readonly operation: Operation;
  readonly change: Change;
  readonly card: CardSummary | null;
  readonly isTaxed: boolean;
  readonly form: FormState;
}

/** The exact price of what is wanted, and one button. */
export function changePage(visitor: Visitor, sight: Sight, props: ChangeProps): Html {
  const { operation, change, form, isTaxed } = props;
  const { name } = sight.organization;
  return billingPage(visitor, sight, {
    ...{ title: change.title, lead: change.lead },
    children: (
      <Card>
        {change.quote === null ? <p class="price-free">Nothing is charged now.</p> : <Bill quote={change.quote} />}
        <p class="quiet">
          After that: {change.after}
          {isTaxed ? ', plus tax' : ''}.
        </p>
        {form.message === undefined && <HowPaid {...props} />}
        <Form action={paths.billingChange(name, operation.id)} form={form}>
          {form.message === undefined ? <Submit>{change.button}</Submit> : <AskAgain name={name} change={change} />}
        </Form>
        <p class="quiet small">
          Computed for this moment (<When at={operation.createdAt} />
          ). The offer stands for a day, as long as nothing else changes.
        </p>
      </Card>
    ),
  });
}

function Bill({ quote: { currency, lines, subtotal, tax, total, amountDue } }: { quote: Quote }) {
  const listed = lines.reduce((sum, { amount }) => sum + amount, 0);
  const minus = (amount: number) => `${amount < 0 ? '−' : ''}${money(Math.abs(amount), currency)}`;
  const reduced = total - tax - listed;
  return (
    <Sums
      caption="What it costs now"
      lines={[
        ...lines.map(({ text, amount }) => ({ text, amount: minus(amount) })),
        ...(reduced < 0 ? [{ text: 'Discount', amount: minus(reduced) }] : []),
        ...(tax > 0 ? [{ text: `Tax on ${minus(subtotal + Math.min(0, reduced))}`, amount: minus(tax) }] : []),
        ...(amountDue === total ? [] : [{ text: 'Credit', amount: minus(amountDue - total) }]),
        { text: 'To pay now', amount: minus(amountDue), total: true },
      ]}
    />
  );
}

/** A card is tried at once; without one the next page asks for it. */
function HowPaid({ change: { quote }, card }: ChangeProps) {
  if (quote === null || quote.amountDue <= 0) return null;
  return (
    <p>
      {card === null
        ? 'The next page asks for a card.'
        : `${cardText(card)} is charged. Your bank may ask you to confirm it.`}
    </p>
  );
}

function AskAgain({ name, change }: { name: string; change: Change }) {
  return (
    <p class="row">
      <a class="button" href={paths[change.back](name)}>
        Look again
      </a>
      <a class="button button-plain" href={paths.billing(name)}>
        Back to billing
      </a>
    </p>
  );
}

/** An offer that is older than a day, or was never made. */
export function lapsedPage(visitor: Visitor, sight: Sight): Html {
  const page = {
    title: 'This offer has lapsed',
    children: (
      <Notice tone="warn">
        <p>
          Prices are computed for a moment and kept for a day. Nothing was changed or charged by it; please start anew.
        </p>
        <p class="actions">
          <a class="button button-small" href={paths.billing(sight.organization.name)}>
            Back to billing
          </a>
        </p>
      </Notice>
    ),
  };
  return billingPage(visitor, sight, page, 404);
}
