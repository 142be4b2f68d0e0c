import { Inject, Injectable } from '@nestjs/common';
import { type Customer } from '../../billing/customer.entity.js';
import { type BillingOverview, Overviews } from '../../billing/overview.js';
import { PriceList } from '../../billing/price-list.js';
import { Invitations } from '../../organizations/invitations.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { type Html } from '../http/answers.js';
import { emptyForm, type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingOverviewPage } from './billing.page.js';
import { type Prices } from './plan-words.js';

/** What billing pages show, from rows alone: Stripe is not asked for it. */
@Injectable()
export class BillingSheet {
  constructor(
    private readonly overviews: Overviews,
    private readonly priceList: PriceList,
    private readonly openInvitations: Invitations,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The billing page; `coupon` is the form on it, when it was refused. */
  async show(visitor: Visitor, sight: Sight, coupon: FormState = emptyForm): Promise<Html> {
    const overview = await this.overview(sight);
    const [prices, { isTaxed }] = [this.prices(overview.customer), this];
    return billingOverviewPage(visitor, { sight, overview, prices, isTaxed, coupon, now: visitor.now });
  }

  overview({ organization }: Sight): Promise<BillingOverview> {
    return this.overviews.of(organization);
  }

  /** What is sold no more in a customer's currency is shown in the usual one. */
  prices(customer: Pick<Customer, 'currency'> | null): Prices {
    const { currencies } = this.priceList;
    const currency = customer !== null && currencies.includes(customer.currency) ? customer.currency : currencies[0]!;
    return { monthly: this.priceList.of('monthly', currency), annual: this.priceList.of('annual', currency) };
  }

  /** How many people may still accept one. */
  async invitations({ organization }: Sight): Promise<number> {
    return (await this.openInvitations.list(organization)).length;
  }

  /** Does tax come on top? */
  get isTaxed(): boolean {
    return this.config.billing.tax !== undefined;
  }
}
