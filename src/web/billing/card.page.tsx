import { type CardSummary } from '../../billing/customer.entity.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { type Html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingPage } from './billing-page.js';
import { type PaymentService } from './payment-service.js';
import { cardText, expiryText } from './plan-words.js';
import { StripeForm } from './stripe-form.js';

export interface CardProps {
  readonly service: PaymentService;
  readonly clientSecret: string;
  /** The one on file. */
  readonly card: CardSummary | null;
}

export function cardPage(visitor: Visitor, sight: Sight, { service, clientSecret, card }: CardProps): Html {
  const back = paths.billingCardDone(sight.organization.name);
  return billingPage(visitor, sight, {
    title: card === null ? 'Add a card' : 'Replace the card',
    lead: 'It is charged for renewals and for what you order here. Your bank may ask you to confirm it.',
    service,
    children: (
      <Card>
        {card !== null && (
          <p>
            On file: {cardText(card)}, <span class="quiet">expires {expiryText(card)}</span>. The new card takes its
            place.
          </p>
        )}
        <StripeForm
          {...{ service, kind: 'setup', clientSecret, back, button: 'Save card' }}
          otherwise={<p>Or ask another member with the role admin or billing to add it.</p>}
        />
        <p class="quiet small">The number goes to Stripe and is never seen by this server.</p>
      </Card>
    ),
  });
}
