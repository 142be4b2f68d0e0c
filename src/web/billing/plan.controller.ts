import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { PlanSwitches } from '../../billing/plan-switches.js';
import { plans } from '../../billing/plans.js';
import { paths } from '../../platform/paths.js';
import { type Answer, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSheet } from './billing-sheet.js';
import { BillingSights } from './billing-sights.js';
import { nothingRuns } from './elsewhere.js';
import { planPage } from './plan.page.js';
import { runningOf } from './waiting.js';

const PlanForm = z.object({ plan: z.enum(plans, { error: 'must be one of the plans' }) });

/** From months to years and back: what is wanted. The next page has its price. */
@Pages('orgs/:organization/billing/plan')
export class PlanController {
  constructor(
    private readonly sights: BillingSights,
    private readonly sheet: BillingSheet,
    private readonly switches: PlanSwitches,
  ) {}

  @Get()
  async form(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    return this.show(visitor, await this.sights.see(visitor, name), emptyForm);
  }

  @Post()
  async draft(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.see(visitor, name);
    return submit(
      PlanForm,
      body,
      async ({ plan }) => {
        const { id } = await this.switches.draft(sight.actor, sight.organization, plan);
        return seeOther(paths.billingChange(name, id));
      },
      (form) => this.show(visitor, sight, form),
    );
  }

  private async show(visitor: Visitor, sight: Sight, form: FormState): Promise<Html> {
    const overview = await this.sheet.overview(sight);
    const subscription = runningOf(overview);
    if (subscription === null) throw nothingRuns(sight.organization.name);
    return planPage(visitor, sight, { subscription, prices: this.sheet.prices(overview.customer), form });
  }
}
