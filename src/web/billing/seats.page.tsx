import { type Subscription } from '../../billing/subscription.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { Field, Form, Submit } from '../components/form.js';
import { dayOf } from '../components/when.js';
import { type Html } from '../http/answers.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';
import { perSeat, seatsText } from './plan-words.js';

export interface SeatsProps {
  readonly subscription: Subscription;
  readonly members: number;
  /** Open ones. */
  readonly invitations: number;
  readonly form: FormState;
}

export function seatsPage(visitor: Visitor, sight: Sight, props: SeatsProps): Html {
  const { subscription, members, invitations, form } = props;
  const { quantity, maxQuantity, plan, unitAmount, currency } = subscription;
  return billingPage(visitor, sight, {
    title: 'Change seats',
    lead: 'The exact price is shown on the next page. Nothing is charged before you confirm it.',
    children: (
      <Card>
        <Facts
          rows={[
            ['Paid for', seatsText(quantity)],
            ['In use', `${members}, one for each member`],
            ...(invitations > 0 ? [['Open invitations', invitedText(props)] as const] : []),
            ['Price', perSeat(plan, unitAmount, currency)],
            ...(maxQuantity > quantity
              ? [['Free of charge', `up to ${maxQuantity}: so many are paid for in this period`] as const]
              : []),
          ]}
        />
        <Form action={paths.seats(sight.organization.name)} form={form}>
          <Field
            {...{ form, name: 'seats', label: 'Seats from now on', type: 'number', inputmode: 'numeric' }}
            {...{ required: true, min: members, value: String(wantedFirst(props)), hint: hint(props) }}
          />
          <Submit>See the price</Submit>
        </Form>
      </Card>
    ),
  });
}

/** With a place for each who is invited, or one more. */
const wantedFirst = ({ subscription: { quantity }, members, invitations }: SeatsProps): number =>
  Math.max(quantity + 1, members + invitations);

function invitedText({ subscription: { quantity }, members, invitations }: SeatsProps): string {
  const over = members + invitations - quantity;
  if (over <= 0) return `${invitations}, for which there are seats`;
  return `${invitations}, of which ${over} would find no seat`;
}

function hint({ members, subscription: { periodEnd } }: SeatsProps): string {
  const least = members === 1 ? 'At least 1.' : `At least ${members}, one for each member.`;
  return `${least} More are charged for the rest of the period. Fewer take effect at once; what is paid for until ${dayOf(periodEnd)} is not given back.`;
}
