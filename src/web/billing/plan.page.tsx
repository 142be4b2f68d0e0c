import { type Plan } from '../../billing/plans.js';
import { type Subscription } from '../../billing/subscription.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Form, Hidden, Submit } from '../components/form.js';
import { Facts } from '../components/facts.js';
import { dayOf } from '../components/when.js';
import { type Html } from '../http/answers.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';
import { money } from './money.js';
import { perSeat, planNames, seatsText, type Prices } from './plan-words.js';

export interface PlanProps {
  readonly subscription: Subscription;
  readonly prices: Prices;
  readonly form: FormState;
}

/** The plan that is there, the other one, and when it would begin. */
export function planPage(visitor: Visitor, sight: Sight, { subscription, prices, form }: PlanProps): Html {
  const { plan, unitAmount, currency, quantity, next } = subscription;
  const isSwitching = next !== null && next.plan !== plan;
  const other: Plan = plan === 'monthly' ? 'annual' : 'monthly';
  const to: Plan = isSwitching ? plan : other;
  const price = prices[other];
  return billingPage(visitor, sight, {
    title: isSwitching ? 'Keep the plan' : `Switch to the ${planNames[other].toLowerCase()} plan`,
    lead: 'Nothing changes before you confirm it on the next page.',
    children: (
      <Card>
        <Facts
          rows={[
            ['Now', `${planNames[plan]}, ${perSeat(plan, unitAmount, currency)}`],
            isSwitching
              ? [
                  `From ${dayOf(new Date(next.at))}`,
                  `${planNames[next.plan]}, ${perSeat(next.plan, next.unitAmount, currency)}`,
                ]
              : ['Then', `${planNames[other]}, ${perSeat(other, price.unitAmount, price.currency)}`],
            ...(isSwitching
              ? []
              : [[`For ${seatsText(quantity)}`, money(price.unitAmount * quantity, price.currency)] as const]),
            ['Begins', isSwitching ? 'not at all, if you keep the plan' : beginning(subscription, other)],
          ]}
        />
        <Form action={paths.plan(sight.organization.name)} form={form}>
          <Hidden name="plan" value={to} />
          <Submit>{isSwitching ? `Stay with the ${planNames[plan].toLowerCase()} plan` : 'See the price'}</Submit>
        </Form>
      </Card>
    ),
  });
}

const beginning = ({ periodEnd }: Subscription, to: Plan): string =>
  to === 'annual'
    ? 'at once, for a year from today; what is left of the month is taken off'
    : `on ${dayOf(periodEnd)}, when the year is over`;
