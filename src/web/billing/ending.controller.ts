import { Body, Get, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Cancellations } from '../../billing/cancellations.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { DomainError } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSheet } from './billing-sheet.js';
import { BillingSights } from './billing-sights.js';
import { cancelPage } from './cancel.page.js';
import { nothingRuns } from './elsewhere.js';
import { noteOf } from './outcomes.js';
import { runningOf } from './waiting.js';

const CancelForm = z.object({
  reason: z
    .string()
    .trim()
    .max(500, 'is too long')
    .default('')
    .transform((text) => text || null),
});

/** The end of a subscription, and the change of mind before it. */
@Pages('orgs/:organization/billing')
export class EndingController {
  constructor(
    private readonly sights: BillingSights,
    private readonly sheet: BillingSheet,
    private readonly cancellations: Cancellations,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('cancel')
  async form(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    return this.show(visitor, await this.sights.see(visitor, name), emptyForm);
  }

  @Post('cancel')
  async cancel(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.change(visitor, name, paths.cancelSubscription(name));
    return submit(
      CancelForm,
      body,
      async ({ reason }) => {
        const operation = await this.cancellations.cancel(sight.actor, sight.organization, reason);
        const note = noteOf(operation, 'The subscription has been canceled. It ends with what is paid for.');
        return seeOther(paths.billing(name), note);
      },
      (form) => this.show(visitor, sight, form),
    );
  }

  @Post('resume')
  async resume(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.see(visitor, name);
    try {
      const operation = await this.cancellations.resume(sight.actor, sight.organization);
      return seeOther(paths.billing(name), noteOf(operation, 'The subscription goes on.'));
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
      return seeOther(paths.billing(name), { text: error.message, tone: 'bad' });
    }
  }

  private async show(visitor: Visitor, sight: Sight, form: FormState): Promise<Html> {
    const subscription = runningOf(await this.sheet.overview(sight));
    if (subscription === null || subscription.cancelAt !== null) throw nothingRuns(sight.organization.name);
    const { publishingStoppedDays } = this.config.ladder;
    return cancelPage(visitor, sight, { subscription, publishingStoppedDays, form });
  }
}
