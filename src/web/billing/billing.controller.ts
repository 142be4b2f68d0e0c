import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Coupons } from '../../billing/coupons.js';
import { Subscriptions } from '../../billing/subscriptions.js';
import { paths } from '../../platform/paths.js';
import { type Answer, seeOther } from '../http/answers.js';
import { submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { BillingSheet } from './billing-sheet.js';
import { BillingSights } from './billing-sights.js';
import { noteOf } from './outcomes.js';

const blank = "can't be blank";
const CouponForm = z.object({ code: z.string(blank).trim().min(1, blank).max(100, 'is too long') });

/** What an organization pays, and for what. */
@Pages('orgs/:organization/billing')
export class BillingController {
  constructor(
    private readonly sights: BillingSights,
    private readonly sheet: BillingSheet,
    private readonly subscriptions: Subscriptions,
    private readonly coupons: Coupons,
  ) {}

  @Get()
  async show(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    return this.sheet.show(visitor, await this.sights.see(visitor, name));
  }

  @Post('refresh')
  async refresh(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const { organization } = await this.sights.see(visitor, name);
    const synced = await this.subscriptions.sync(organization.id);
    const isNews = synced !== null && synced.differences.length > 0;
    const text = isNews ? 'Stripe had news; this page shows them now.' : 'Stripe has been asked: all is as shown here.';
    return seeOther(paths.billing(name), text);
  }

  @Post('coupon')
  async coupon(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.see(visitor, name);
    return submit(
      CouponForm,
      body,
      async ({ code }) => {
        const operation = await this.coupons.apply(sight.actor, sight.organization, code);
        const note = noteOf(operation, 'The promotion code counts from the next invoice on.');
        return seeOther(paths.billing(name), note);
      },
      (form) => this.sheet.show(visitor, sight, form),
    );
  }
}
