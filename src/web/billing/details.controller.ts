import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Customers } from '../../billing/customers.js';
import { DetailsSchema } from '../../billing/details-schema.js';
import { PriceList } from '../../billing/price-list.js';
import { paths } from '../../platform/paths.js';
import { type Answer, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSights } from './billing-sights.js';
import { detailsPage } from './details.page.js';

const CurrencyForm = z.object({ currency: z.string().max(3).optional() });
const DetailsForm = z.intersection(DetailsSchema, CurrencyForm);

/** Who invoices are made out to. */
@Pages('orgs/:organization/billing/details')
export class BillingDetailsController {
  constructor(
    private readonly sights: BillingSights,
    private readonly customers: Customers,
    private readonly prices: PriceList,
  ) {}

  @Get()
  async form(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    return this.show(visitor, await this.sights.change(visitor, name, paths.billingDetails(name)), emptyForm);
  }

  @Post()
  async save(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.change(visitor, name, paths.billingDetails(name));
    return submit(
      DetailsForm,
      body,
      async ({ currency, ...details }) => {
        const isNew = (await this.customers.of(sight.organization.id)) === null;
        await this.customers.save(sight.actor, sight.organization, details, this.sold(currency));
        return seeOther(isNew ? paths.subscribe(name) : paths.billing(name), 'The billing details have been saved.');
      },
      (form) => this.show(visitor, sight, form),
    );
  }

  private sold(currency: string | undefined): string | undefined {
    return currency !== undefined && this.prices.currencies.includes(currency) ? currency : undefined;
  }

  private async show(visitor: Visitor, sight: Sight, form: FormState): Promise<Html> {
    const customer = await this.customers.of(sight.organization.id);
    const { currencies } = this.prices;
    return detailsPage(visitor, sight, { customer, form, currencies });
  }
}
