import { type ComponentChildren } from 'preact';
import { type Customer } from '../../billing/customer.entity.js';
import { nextCharge } from '../../billing/next-charge.js';
import { intervalOf } from '../../billing/plans.js';
import { type Subscription } from '../../billing/subscription.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Consequences, Field, Form, PostButton, Submit } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { dayOf } from '../components/when.js';
import { type FormState } from '../http/forms.js';
import { type BillingProps } from './billing-props.js';
import { money, type SumLine, Sums } from './money.js';
import { discountText, perSeat, planNames, seatsText } from './plan-words.js';

type Part = BillingProps & { readonly subscription: Subscription; readonly customer: Customer };

/** A subscription that runs: what it is, what it will cost next, and what can be changed. */
export function SubscriptionCard(part: Part) {
  const { subscription, overview } = part;
  const { plan, unitAmount, currency, quantity, cancelAt } = subscription;
  return (
    <Card
      title={`${planNames[plan]} plan`}
      aside={cancelAt !== null && <Badge tone="warn">ends on {dayOf(cancelAt)}</Badge>}
    >
      <div class="figures">
        <Figure value={String(quantity)} label={quantity === 1 ? 'seat paid for' : 'seats paid for'} />
        <Figure value={String(overview.members)} label={overview.members === 1 ? 'member' : 'members'} />
        <Figure value={money(unitAmount, currency)} label={`per seat and ${intervalOf[plan]}`} />
      </div>
      <Coming {...part} />
      <NextCharge {...part} />
      <Actions {...part} />
    </Card>
  );
}

function Actions({ subscription, sight, coupon }: Part) {
  const { plan, status, cancelAt, pendingQuantity, next } = subscription;
  const { name } = sight.organization;
  if (cancelAt !== null)
    return (
      <p class="row">
        <PostButton action={paths.resumeSubscription(name)}>Resume the subscription</PostButton>
      </p>
    );
  if (status !== 'active' || pendingQuantity !== null)
    return <p class="quiet">Seats and plan can be changed once nothing is left to be paid.</p>;
  return (
    <>
      <p class="row">
        <a class="button" href={paths.seats(name)}>
          Change seats
        </a>
        {(next === null || next.plan === plan) && (
          <a class="button button-plain" href={paths.plan(name)}>
            {plan === 'monthly' ? 'Pay by the year' : 'Pay by the month'}
          </a>
        )}
      </p>
      <Coupon name={name} form={coupon} />
    </>
  );
}

function Figure({ value, label }: { value: string; label: ComponentChildren }) {
  return (
    <p class="figure">
      <strong>{value}</strong> <span class="quiet small">{label}</span>
    </p>
  );
}

/** A price that was announced, or a plan that was chosen for later. */
function Coming({ subscription: { next, plan, unitAmount, currency }, sight }: Part) {
  if (next === null) return null;
  const from = dayOf(new Date(next.at));
  if (next.plan === plan)
    return (
      <Notice title={`The price changes on ${from}`}>
        <p>
          From then on {perSeat(plan, next.unitAmount, currency)} instead of {money(unitAmount, currency)}.
        </p>
      </Notice>
    );
  return (
    <Notice title={`${planNames[next.plan]} plan from ${from}`}>
      <p>
        From then on {perSeat(next.plan, next.unitAmount, currency)} instead of {perSeat(plan, unitAmount, currency)}.{' '}
        <a href={paths.plan(sight.organization.name)}>Keep the plan as it is</a>
      </p>
    </Notice>
  );
}

function NextCharge({ subscription, customer, isTaxed }: Part) {
  const { currency, cancelAt } = subscription;
  const next = nextCharge(subscription, customer);
  if (next === null)
    return cancelAt === null ? null : (
      <p>Nothing more is charged. Everything works until {dayOf(cancelAt)}, and the subscription ends then.</p>
    );
  const discount = subscription.discount ?? customer.discount;
  const seats = `${seatsText(next.seats)} × ${money(next.unitAmount, currency)}`;
  const lines: SumLine[] = [
    { text: seats, amount: money(next.subtotal, currency) },
    ...(next.off > 0 ? [{ text: discountText(discount!), amount: `−${money(next.off, currency)}` }] : []),
    ...(next.credit > 0 ? [{ text: 'Your credit', amount: `−${money(next.credit, currency)}` }] : []),
    {
      text: `Next payment on ${dayOf(next.at)}${isTaxed ? ', plus tax' : ''}`,
      ...{ amount: money(next.amount, currency), total: true },
    },
  ];
  return <Sums caption="Next payment" lines={lines} />;
}

function Coupon({ name, form }: { name: string; form: FormState }) {
  const isTouched = form.message !== undefined || Object.keys(form.problems).length > 0;
  return (
    <Consequences summary="Use a promotion code" tone="plain" small open={isTouched}>
      <Form action={paths.coupon(name)} form={form} inline>
        <Field
          {...{ form, name: 'code', label: 'Promotion code', mono: true, required: true, maxLength: 100 }}
          autocomplete="off"
        />
        <Submit tone="plain">Use it</Submit>
      </Form>
    </Consequences>
  );
}
