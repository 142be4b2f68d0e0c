import { type Subscription } from '../../billing/subscription.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Form, Submit, TextArea } from '../components/form.js';
import { dayOf } from '../components/when.js';
import { type Html } from '../http/answers.js';
import { type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';

export interface CancelProps {
  readonly subscription: Subscription;
  readonly publishingStoppedDays: number;
  readonly form: FormState;
}

export function cancelPage(visitor: Visitor, sight: Sight, props: CancelProps): Html {
  const { subscription, publishingStoppedDays, form } = props;
  const end = dayOf(subscription.periodEnd);
  return billingPage(visitor, sight, {
    title: 'Cancel the subscription',
    children: (
      <Card>
        <ul class="billing-points">
          <li>Until {end} everything works as now, and nothing more is charged.</li>
          <li>
            Then publishing stops
            {publishingStoppedDays > 0
              ? `, and after ${publishingStoppedDays} more days fetching`
              : ' and so does fetching'}
            .
          </li>
          <li>Nothing is deleted: packages can be looked at and exported, and invoices stay here.</li>
          <li>Until {end} you can resume it with one click, at the price you have now.</li>
        </ul>
        <Form action={paths.cancelSubscription(sight.organization.name)} form={form}>
          <TextArea
            {...{ form, name: 'reason', label: 'Why? (optional)', rows: 3, maxLength: 500 }}
            hint="The operator of this server reads it."
          />
          <Submit tone="danger">Cancel the subscription</Submit>
        </Form>
      </Card>
    ),
  });
}
