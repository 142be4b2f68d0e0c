import { Body, Controller, Get, HttpCode, Param, Post, Put, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Caller } from '../access/callers.js';
import { Cards } from '../billing/cards.js';
import { Customers } from '../billing/customers.js';
import { DetailsSchema } from '../billing/details-schema.js';
import { type Details } from '../billing/gateway.js';
import { plans } from '../billing/plans.js';
import { PriceList } from '../billing/price-list.js';
import { invalidFields } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { BillingDoor } from './http/billing-door.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { BillingSights } from './http/billing-sights.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';

const CardInput = z.object({ setup_intent: z.string().regex(/^seti_\w{1,100}$/, 'is not a SetupIntent') });
const CurrencyInput = z.object({
  currency: z
    .string()
    .regex(/^[a-z]{3}$/i, 'is not a currency')
    .toLowerCase()
    .optional(),
});

/** An organization's billing details and card, and all of it at one glance. */
@Controller('api/orgs/:organization/billing')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class BillingController {
  constructor(
    private readonly door: BillingDoor,
    private readonly sights: BillingSights,
    private readonly customers: Customers,
    private readonly cards: Cards,
    private readonly priceList: PriceList,
  ) {}

  @Get()
  async show(@From() caller: Caller, @Param('organization') name: string) {
    return this.sights.overview(await this.door.organization(caller, name));
  }

  @Get('prices')
  async prices(@From() caller: Caller, @Param('organization') name: string) {
    await this.door.organization(caller, name);
    return this.priceList.currencies.map((currency) => {
      const [monthly, annual] = plans.map((plan) => this.priceList.of(plan, currency).unitAmount);
      return { currency, monthly, annual };
    });
  }

  /** The currency counts the first time; Stripe bills a customer in one currency for ever. */
  @Put('details')
  async details(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: DetailsSchema }) details: Details,
    @Body({ schema: CurrencyInput }) { currency }: z.infer<typeof CurrencyInput>,
  ) {
    const organization = await this.door.organization(caller, name);
    const { currencies } = this.priceList;
    if (currency !== undefined && !currencies.includes(currency))
      throw invalidFields({ currency: `must be one of ${currencies.join(', ')}` });
    await this.customers.save(caller.actor, organization, details, currency);
    return this.sights.customer(organization);
  }

  /** For Stripe.js, or for the page behind `url`; the number of a card never comes here. */
  @Post('setup-intents')
  async setUp(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.door.organization(caller, name);
    const { id, clientSecret } = await this.cards.setUp(organization.id, randomUUID());
    void reply.header('cache-control', 'no-store');
    return {
      id,
      ...this.door.forBrowser({ clientSecret }),
      url: this.sights.urls.page(paths.billingCard(organization.name)),
    };
  }

  @Post('card')
  @HttpCode(200)
  async useCard(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: CardInput }) { setup_intent: intent }: z.infer<typeof CardInput>,
  ) {
    const organization = await this.door.organization(caller, name);
    await this.cards.use(caller.actor, organization, intent);
    return this.sights.customer(organization);
  }
}
