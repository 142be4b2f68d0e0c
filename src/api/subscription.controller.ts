import { Body, Controller, HttpCode, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Caller } from '../access/callers.js';
import { Cancellations } from '../billing/cancellations.js';
import { Coupons } from '../billing/coupons.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { BillingDoor } from './http/billing-door.js';
import { ChangeAnswers } from './http/change-answers.js';
import { Code } from './http/drafting.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { CHANGE_ANSWERS } from './openapi/money-answers.js';
import { OperationShape } from './views/operation.view.js';

const Reason = z
  .object({ reason: z.string().trim().max(500, 'must be at most 500 characters').nullish() })
  .default({})
  .meta({ id: 'CancellationInput' });
const Coupon = z.object({ code: Code }).meta({ id: 'CouponInput' });

/** Changes of a subscription that cost nothing. */
@Resource('Billing')
@Controller('api/orgs/:organization/billing')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class SubscriptionController {
  constructor(
    private readonly door: BillingDoor,
    private readonly cancellations: Cancellations,
    private readonly coupons: Coupons,
    private readonly answers: ChangeAnswers,
  ) {}

  /** At the end of what is paid. */
  @Post('cancel')
  @HttpCode(200)
  @Endpoint({
    summary: 'End the subscription with what is paid',
    needs: 'billing.manage',
    answer: OperationShape,
    also: CHANGE_ANSWERS,
  })
  async cancel(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: Reason }) { reason }: z.infer<typeof Reason>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    const done = await this.cancellations.cancel(caller.actor, organization, reason || null);
    return this.answers.of(reply, organization, done);
  }

  @Post('resume')
  @HttpCode(200)
  @Endpoint({
    summary: 'Go on with a subscription that was to end',
    needs: 'billing.manage',
    answer: OperationShape,
    also: CHANGE_ANSWERS,
  })
  async resume(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    return this.answers.of(reply, organization, await this.cancellations.resume(caller.actor, organization));
  }

  @Post('coupon')
  @HttpCode(200)
  @Endpoint({ summary: 'Use a promotion code', needs: 'billing.manage', answer: OperationShape, also: CHANGE_ANSWERS })
  async coupon(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: Coupon }) { code }: z.infer<typeof Coupon>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    return this.answers.of(reply, organization, await this.coupons.apply(caller.actor, organization, code));
  }
}
