import { type BillingOverview } from '../../billing/overview.js';
import { type FormState } from '../http/forms.js';
import { type Sight } from '../organizations/organization-sights.js';
import { type Prices } from './plan-words.js';

/** What the billing page and its parts show. */
export interface BillingProps {
  readonly sight: Sight;
  readonly overview: BillingOverview;
  readonly prices: Prices;
  /** Does tax come on top? */
  readonly isTaxed: boolean;
  /** Of the promotion code. */
  readonly coupon: FormState;
  readonly now: Date;
}
