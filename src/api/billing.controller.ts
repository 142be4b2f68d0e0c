import { Body, Controller, Get, HttpCode, Param, Post, Put, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Caller } from '../access/callers.js';
import { Cards } from '../billing/cards.js';
import { Customers } from '../billing/customers.js';
import { DetailsSchema } from '../billing/details-schema.js';
import { plans } from '../billing/plans.js';
import { PriceList } from '../billing/price-list.js';
import { invalidFields } from '../platform/errors.js';
import { paths } from '../platform/paths.js';
import { BillingDoor } from './http/billing-door.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { BillingSights } from './http/billing-sights.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { Url } from './views/time.js';
import { Endpoint, Resource } from './openapi/endpoint.js';
import { BillingShape, CustomerShape } from './views/billing.view.js';

const CardInput = z
  .object({ setup_intent: z.string().regex(/^seti_\w{1,100}$/, 'is not a SetupIntent') })
  .meta({ id: 'CardInput' });
const CurrencyInput = z.object({
  currency: z
    .string()
    .regex(/^[a-z]{3}$/i, 'is not a currency')
    .toLowerCase()
    .optional(),
});
const DetailsInput = z.intersection(DetailsSchema, CurrencyInput).meta({ id: 'BillingDetailsInput' });

const PriceShape = z.strictObject({ currency: z.string(), monthly: z.int(), annual: z.int() }).meta({ id: 'Price' });
const SetUpShape = z.strictObject({
  id: z.string(),
  client_secret: z.string(),
  publishable_key: z.string().nullable(),
  url: Url,
});

/** An organization's billing details and card, and all of it at one glance. */
@Resource('Billing')
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
  @Endpoint({ summary: 'Everything at a glance', needs: 'billing.manage', answer: BillingShape })
  async show(@From() caller: Caller, @Param('organization') name: string) {
    return this.sights.overview(await this.door.organization(caller, name));
  }

  @Get('prices')
  @Endpoint({ summary: 'Prices of a seat', needs: 'billing.manage', answer: z.array(PriceShape) })
  async prices(@From() caller: Caller, @Param('organization') name: string) {
    await this.door.organization(caller, name);
    return this.priceList.currencies.map((currency) => {
      const [monthly, annual] = plans.map((plan) => this.priceList.of(plan, currency).unitAmount);
      return { currency, monthly, annual };
    });
  }

  /** The currency counts the first time; Stripe bills a customer in one currency for ever. */
  @Put('details')
  @Endpoint({ summary: 'Say who pays', needs: 'billing.manage', answer: CustomerShape })
  async details(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Body({ schema: DetailsInput }) { currency, ...details }: z.infer<typeof DetailsInput>,
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
  @Endpoint({ summary: 'Begin to give a card', needs: 'billing.manage', answer: SetUpShape })
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
  @Endpoint({ summary: 'Use the card that was given', needs: 'billing.manage', answer: CustomerShape })
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
