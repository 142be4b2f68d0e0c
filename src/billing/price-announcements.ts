import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Organization } from '../organizations/organization.entity.js';
import { Clock } from '../platform/clock.js';
import { moneyText } from '../platform/currencies.js';
import { paths } from '../platform/paths.js';
import { Urls } from '../platform/urls.js';
import { type SubscriptionState } from './gateway.js';
import { Notice } from './notice.entity.js';
import { type Price } from './plans.js';
import { priceLoweredLetter, priceRaisedLetter, priceStaysLetter } from './prices.emails.js';
import { type News, Telling } from './telling.js';

type One = Pick<SubscriptionState, 'stripeId' | 'plan' | 'currency' | 'unitAmount'>;

/** What customers have been told of prices to come. The row that says so is also the day from which their notice counts. */
@Injectable()
export class PriceAnnouncements {
  constructor(
    private readonly database: DataSource,
    private readonly telling: Telling,
    private readonly urls: Urls,
    private readonly clock: Clock,
  ) {}

  /** When this price was told of; null: it was not. */
  async toldAt(organizationId: string, one: One, price: Price): Promise<Date | null> {
    const found = await this.database.manager.findOneBy(Notice, { organizationId, cause: causeOf(one, price) });
    return found?.sentAt ?? null;
  }

  async announce(organizationId: string, one: One, price: Price, at: Date): Promise<void> {
    const letter = price.unitAmount > one.unitAmount ? priceRaisedLetter : priceLoweredLetter;
    await this.tell(organizationId, (about) => ({
      cause: causeOf(one, price),
      letter: letter({ ...about, ...amounts(one, price.unitAmount), at }),
    }));
  }

  /** That what was told of will not come. Forgets it, so that the same price may be told of anew. */
  async takeBack(organizationId: string, one: One, amount: number): Promise<void> {
    const cause = causeOf(one, { ...one, unitAmount: amount });
    const { affected } = await this.database.manager.delete(Notice, { organizationId, cause });
    if (affected === 0) return;
    await this.tell(organizationId, (about) => ({
      cause: `price stays ${one.stripeId} ${this.clock.now().toISOString()}`,
      letter: priceStaysLetter({ ...about, ...amounts(one, amount) }),
    }));
  }

  /** Of subscriptions that pay what they should, with nothing to come. */
  async forgetSettled(subscriptionIds: readonly string[]): Promise<void> {
    await this.database.manager.query(
      `delete from billing_notices where split_part(cause, ' ', 1) = 'price' and split_part(cause, ' ', 2) = any ($1::text[])`,
      [subscriptionIds],
    );
  }

  private async tell(organizationId: string, news: (about: { organization: string; url: string }) => News) {
    await this.database.transaction(async (tx) => {
      const { name } = await tx.findOneByOrFail(Organization, { id: organizationId });
      const about = { organization: name, url: this.urls.page(paths.billing(name)) };
      await this.telling.tell(tx, [{ ...news(about), organizationId }]);
    });
  }
}

const causeOf = (
  { stripeId }: Pick<One, 'stripeId'>,
  { plan, unitAmount }: Pick<Price, 'plan' | 'unitAmount'>,
): string => `price ${stripeId} ${plan} ${unitAmount}`;

const amounts = ({ plan, currency, unitAmount }: One, after: number) => ({
  ...{ plan, before: moneyText(unitAmount, currency), after: moneyText(after, currency) },
});
