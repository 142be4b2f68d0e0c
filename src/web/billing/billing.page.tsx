import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { type Html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { AccountCards, InvoicesCard } from './account-cards.js';
import { Attention } from './attention.js';
import { billingPage } from './billing-page.js';
import { type BillingProps } from './billing-props.js';
import { Decided, Offer } from './offer.js';
import { SubscriptionCard } from './subscription-card.js';
import { runningOf } from './waiting.js';

export function billingOverviewPage(visitor: Visitor, props: BillingProps): Html {
  return billingPage(visitor, props.sight, {
    children: (
      <>
        <Attention {...props} />
        <div class="with-aside">
          <div class="stack">
            <Main {...props} />
            <InvoicesCard {...props} />
            <Ending {...props} />
          </div>
          <AccountCards {...props} />
        </div>
      </>
    ),
  });
}

function Main(props: BillingProps) {
  const { overview, sight } = props;
  const [subscription, { customer }] = [runningOf(overview), overview];
  if (subscription !== null && customer !== null) return <SubscriptionCard {...{ ...props, subscription, customer }} />;
  if (['comped', 'blocked'].includes(sight.standing.state)) return <Decided {...props} />;
  // A first invoice that waits is spoken of above; a second subscription is not what is wanted.
  return overview.subscription?.status === 'incomplete' ? null : <Offer {...props} />;
}

function Ending({ overview, sight: { organization } }: BillingProps) {
  const running = runningOf(overview);
  if (running === null || running.cancelAt !== null) return null;
  return (
    <Card title="Cancel" lead="The subscription ends with what is paid for. Nothing is deleted.">
      <p>
        <a class="button button-danger-quiet" href={paths.cancelSubscription(organization.name)}>
          Cancel the subscription
        </a>
      </p>
    </Card>
  );
}
