import { Body, Controller, Get, HttpCode, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Caller } from '../access/callers.js';
import { Changes } from '../billing/changes.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { BillingDoor } from './http/billing-door.js';
import { ChangeAnswers } from './http/change-answers.js';
import { Drafting, Wish } from './http/drafting.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { OperationShape, operationView } from './views/operation.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { CHANGE_ANSWERS } from './openapi/money-answers.js';

/** Changes that cost something: first their price, which is kept, then the word to go on with exactly that. */
@Resource('Billing')
@Controller('api/orgs/:organization/billing')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class BillingChangesController {
  constructor(
    private readonly door: BillingDoor,
    private readonly drafting: Drafting,
    private readonly changes: Changes,
    private readonly answers: ChangeAnswers,
    private readonly urls: Urls,
  ) {}

  @Post('quotes')
  @Endpoint({ summary: 'What a change would cost', needs: 'billing.manage', answer: OperationShape })
  async quote(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: Wish }) wish: z.infer<typeof Wish>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    const draft = await this.drafting.draft(caller.actor, organization, wish);
    void reply.header('location', this.urls.api(`/orgs/${organization.name}/billing/changes/${draft.id}`));
    return operationView(this.urls, organization, draft);
  }

  @Get('changes/:id')
  @Endpoint({ summary: 'A change', needs: 'billing.manage', answer: OperationShape })
  async show(@From() caller: Caller, @Param('organization') name: string, @Param('id') id: string) {
    const organization = await this.door.organization(caller, name);
    return operationView(this.urls, organization, await this.changes.find(organization, id));
  }

  /** Said again it charges nothing again, and answers what became of it. */
  @Post('changes/:id/confirm')
  @HttpCode(200)
  @Endpoint({
    summary: 'Make a change at its price',
    details: 'Said again it charges nothing again, and answers what became of it.',
    needs: 'billing.manage',
    answer: OperationShape,
    also: CHANGE_ANSWERS,
  })
  async confirm(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    const operation = await this.changes.confirm(caller.actor, organization, id);
    return this.answers.of(reply, organization, operation);
  }
}
