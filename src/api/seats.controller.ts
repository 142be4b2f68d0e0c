import { Body, Controller, HttpCode, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Caller } from '../access/callers.js';
import { type Actor } from '../audit/actor.js';
import { isLiving } from '../billing/terms.js';
import { type Organization } from '../organizations/organization.entity.js';
import { DomainError } from '../platform/errors.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { BillingDoor } from './http/billing-door.js';
import { BillingSights } from './http/billing-sights.js';
import { ChangeAnswers } from './http/change-answers.js';
import { SeatBuying } from './http/seat-buying.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { CHANGE_ANSWERS } from './openapi/money-answers.js';
import { OrganizationShape } from './views/organization.view.js';

/** What is no number of seats is too few of them. */
const SeatsInput = z
  .object({ seats: z.int().nullable().catch(null).default(null) })
  .catch({ seats: null })
  .default({ seats: null })
  .meta({ id: 'SeatsInput' });

/** hex.pm's way to change the number of seats: the number there is to be, at today's price, without a quote before. */
@Resource('Organizations')
@Controller('api/orgs')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class SeatsController {
  constructor(
    private readonly door: BillingDoor,
    private readonly buying: SeatBuying,
    private readonly answers: ChangeAnswers,
    private readonly sights: BillingSights,
  ) {}

  /** Asked twice it buys once: what is there already, or waits for its payment, is not bought again. */
  @Post(':organization')
  @HttpCode(200)
  @Endpoint({
    summary: 'Change the number of seats',
    details: 'At today’s price, without a quote before. Asked twice it buys once.',
    needs: 'billing.manage',
    answer: OrganizationShape,
    also: CHANGE_ANSWERS,
  })
  async change(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: SeatsInput }) { seats }: z.infer<typeof SeatsInput>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const organization = await this.door.organization(caller, name);
    const make = () => this.make(reply, caller.actor, organization, seats);
    // Somebody else was faster, perhaps with the same wish: then it is found to be so.
    const unfinished = await make().catch((error: unknown) => {
      if (!isOvertaken(error)) throw error;
      return make();
    });
    return unfinished ?? this.sights.organization(organization);
  }

  /** Null: so many seats there are. Otherwise what the caller is to be told. */
  private async make(
    reply: FastifyReply,
    actor: Actor,
    organization: Organization,
    seats: number | null,
  ): Promise<object | null> {
    const { members, subscription } = await this.buying.standing(organization);
    if (seats === null || seats < members) throw tooFew();
    if (subscription?.pendingQuantity === seats) {
      // Paid a moment ago, and not heard of yet.
      void reply.status(202);
      return this.answers.waiting(reply, organization);
    }
    if (subscription?.quantity === seats && isLiving(subscription)) return null;
    const operation = await this.buying.buy(actor, organization, seats);
    const answer = await this.answers.of(reply, organization, operation);
    return reply.statusCode === 200 ? null : answer;
  }
}

const isOvertaken = (error: unknown): boolean =>
  error instanceof DomainError && ['seats_changed', 'change_pending'].includes(error.code);

/** In hex.pm's words, for a number that is missing too. */
const tooFew = (): DomainError =>
  new DomainError('invalid', 'too_few_seats', 'number of seats cannot be less than number of members');
