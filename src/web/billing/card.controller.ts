import { Get, Param, Query } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Cards } from '../../billing/cards.js';
import { Customers } from '../../billing/customers.js';
import { Overviews } from '../../billing/overview.js';
import { DomainError } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, seeOther } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSights } from './billing-sights.js';
import { cardPage } from './card.page.js';
import { detailsFirst } from './elsewhere.js';
import { PaymentService } from './payment-service.js';
import { cardText } from './plan-words.js';
import { allWaiting } from './waiting.js';

const NOT_SET_UP = 'The card has not been set up. Please try once more.';

/** The card that is charged. */
@Pages('orgs/:organization/billing/card')
export class BillingCardController {
  constructor(
    private readonly sights: BillingSights,
    private readonly cards: Cards,
    private readonly customers: Customers,
    private readonly overviews: Overviews,
    private readonly service: PaymentService,
  ) {}

  @Get()
  async form(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.change(visitor, name, paths.billingCard(name));
    const customer = await this.customers.of(sight.organization.id);
    if (customer?.stripeId == null) throw detailsFirst(name);
    const { clientSecret } = await this.cards.setUp(sight.organization.id, randomUUID());
    return cardPage(visitor, sight, { service: this.service, clientSecret, card: customer.card });
  }

  /** The browser comes back with a card that was set up; what it says of it counts for nothing, Stripe is asked. */
  @Get('done')
  async done(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Query('setup_intent') intent?: unknown,
  ): Promise<Answer> {
    const sight = await this.sights.see(visitor, name);
    try {
      await this.cards.use(sight.actor, sight.organization, typeof intent === 'string' ? intent : '');
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
      const text = error.kind === 'payment_required' ? error.message : NOT_SET_UP;
      return seeOther(paths.billingCard(name), { text, tone: 'bad' });
    }
    return this.afterwards(sight);
  }

  /** An invoice that waits can be paid with it now. */
  private async afterwards({ organization }: Sight): Promise<Answer> {
    const overview = await this.overviews.of(organization);
    const [waiting] = allWaiting(overview);
    const card = overview.customer?.card ?? null;
    const text = card === null ? 'The card has been saved.' : `${cardText(card)} is charged from now on.`;
    if (waiting === undefined) return seeOther(paths.billing(organization.name), text);
    return seeOther(
      paths.invoice(organization.name, waiting.invoice.stripeId),
      `${text} This invoice can be paid with it.`,
    );
  }
}
