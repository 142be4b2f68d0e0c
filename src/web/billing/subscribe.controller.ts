import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Checkout } from '../../billing/checkout.js';
import { plans } from '../../billing/plans.js';
import { paths } from '../../platform/paths.js';
import { type Answer, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSheet } from './billing-sheet.js';
import { BillingSights } from './billing-sights.js';
import { detailsFirst } from './elsewhere.js';
import { seatsField } from './seats-field.js';
import { subscribePage } from './subscribe.page.js';
import { runningOf } from './waiting.js';

const SubscribeForm = z.object({
  plan: z.enum(plans, { error: 'please choose one' }),
  seats: seatsField,
  code: z.string().trim().max(100, 'is too long').default(''),
});

const RUNS_ALREADY = { text: 'There is a subscription already.', tone: 'bad' } as const;

/** The start of a subscription: what is wanted. The next page has its price. */
@Pages('orgs/:organization/billing/subscribe')
export class SubscribeController {
  constructor(
    private readonly sights: BillingSights,
    private readonly sheet: BillingSheet,
    private readonly checkout: Checkout,
  ) {}

  @Get()
  async form(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.see(visitor, name);
    const overview = await this.sheet.overview(sight);
    if (overview.customer?.stripeId == null) throw detailsFirst(name);
    if (runningOf(overview) !== null) return seeOther(paths.billing(name), RUNS_ALREADY);
    return this.show(visitor, sight, emptyForm);
  }

  @Post()
  async draft(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.see(visitor, name);
    return submit(
      SubscribeForm,
      body,
      async ({ plan, seats, code }) => {
        const wanted = { plan, seats, code: code === '' ? null : code };
        const { id } = await this.checkout.draft(sight.actor, sight.organization, wanted);
        return seeOther(paths.billingChange(name, id));
      },
      (form) => this.show(visitor, sight, form),
    );
  }

  private async show(visitor: Visitor, sight: Sight, form: FormState): Promise<Html> {
    const { members, customer } = await this.sheet.overview(sight);
    const invitations = await this.sheet.invitations(sight);
    return subscribePage(visitor, sight, { members, invitations, form, prices: this.sheet.prices(customer) });
  }
}
