import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { SeatOrders } from '../../billing/seat-orders.js';
import { paths } from '../../platform/paths.js';
import { type Answer, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSheet } from './billing-sheet.js';
import { BillingSights } from './billing-sights.js';
import { seatsField } from './seats-field.js';
import { seatsPage } from './seats.page.js';
import { nothingRuns } from './elsewhere.js';
import { runningOf } from './waiting.js';

const SeatsForm = z.object({ seats: seatsField });

/** More or fewer seats: what is wanted. The next page has its price. */
@Pages('orgs/:organization/billing/seats')
export class SeatsController {
  constructor(
    private readonly sights: BillingSights,
    private readonly sheet: BillingSheet,
    private readonly orders: SeatOrders,
  ) {}

  @Get()
  async form(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    return this.show(visitor, await this.sights.see(visitor, name), emptyForm);
  }

  @Post()
  async draft(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.see(visitor, name);
    return submit(
      SeatsForm,
      body,
      async ({ seats }) => {
        const { id } = await this.orders.draft(sight.actor, sight.organization, seats);
        return seeOther(paths.billingChange(name, id));
      },
      (form) => this.show(visitor, sight, form),
    );
  }

  private async show(visitor: Visitor, sight: Sight, form: FormState): Promise<Html> {
    const overview = await this.sheet.overview(sight);
    const subscription = runningOf(overview);
    if (subscription === null) throw nothingRuns(sight.organization.name);
    const invitations = await this.sheet.invitations(sight);
    return seatsPage(visitor, sight, { subscription, members: overview.members, invitations, form });
  }
}
