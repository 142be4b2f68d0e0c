import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Choices, Field, Form, Submit } from '../components/form.js';
import { type Html } from '../http/answers.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';
import { perSeat, planNames, seatsText, type Prices } from './plan-words.js';

export interface SubscribeProps {
  readonly prices: Prices;
  readonly members: number;
  /** Open ones. */
  readonly invitations: number;
  readonly form: FormState;
}

export function subscribePage(visitor: Visitor, sight: Sight, props: SubscribeProps): Html {
  const { prices, members, form } = props;
  const options = [prices.monthly, prices.annual].map(({ plan, unitAmount, currency }) => ({
    ...{ value: plan, label: planNames[plan], hint: perSeat(plan, unitAmount, currency) },
  }));
  return billingPage(visitor, sight, {
    title: 'Subscribe',
    lead: 'The exact price is shown on the next page. Nothing is charged before you confirm it.',
    children: (
      <Card>
        <Form action={paths.subscribe(sight.organization.name)} form={form}>
          <Choices {...{ form, name: 'plan', label: 'Plan', type: 'radio', options, chosen: ['monthly'] }} />
          <Field
            {...{ form, name: 'seats', label: 'Seats', type: 'number', inputmode: 'numeric', required: true }}
            {...{ min: members, value: String(members), hint: seatsHint(props) }}
          />
          <Field
            {...{ form, name: 'code', label: 'Promotion code', mono: true, maxLength: 100 }}
            autocomplete="off"
            hint="If you have one."
          />
          <Submit>See the price</Submit>
        </Form>
      </Card>
    ),
  });
}

function seatsHint({ members, invitations }: SubscribeProps): string {
  const people = `Every member takes one; ${members === 1 ? 'you are the only one' : `there are ${members}`}.`;
  if (invitations === 0) return people;
  const invited = invitations === 1 ? 'One invitation is open' : `${invitations} invitations are open`;
  return `${people} ${invited}: for all of them it takes ${seatsText(members + invitations)}.`;
}
