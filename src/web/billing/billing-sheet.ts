import { Inject, Injectable } from '@nestjs/common';
import { Overviews } from '../../billing/overview.js';
import { PriceList } from '../../billing/price-list.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { type Html } from '../http/answers.js';
import { emptyForm, type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { billingOverviewPage } from './billing.page.js';

/** The billing page, which the form on it shows again when it is refused. From rows alone: Stripe is not asked for it. */
@Injectable()
export class BillingSheet {
  constructor(
    private readonly overviews: Overviews,
    private readonly priceList: PriceList,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async show(visitor: Visitor, sight: Sight, coupon: FormState = emptyForm): Promise<Html> {
    const overview = await this.overviews.of(sight.organization);
    const currency = this.currencyOf(overview.customer?.currency);
    const prices = { monthly: this.priceList.of('monthly', currency), annual: this.priceList.of('annual', currency) };
    const isTaxed = this.config.billing.tax !== undefined;
    return billingOverviewPage(visitor, { sight, overview, prices, isTaxed, coupon, now: visitor.now });
  }

  /** What is sold no more in a customer's currency is shown in the usual one. */
  private currencyOf(wanted: string | undefined): string {
    const { currencies } = this.priceList;
    return wanted !== undefined && currencies.includes(wanted) ? wanted : currencies[0]!;
  }
}
