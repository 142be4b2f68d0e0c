import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { standingOf } from '../organizations/standing.js';
import { CONFIG, type Config } from '../platform/config.js';
import { Urls } from '../platform/urls.js';
import { reminderNews } from './reminder-news.js';
import { datesNear, type Watched, watched } from './reminders.queries.js';
import { type NewsOf, Telling } from './telling.js';

/** Organizations that are looked at together. */
const AT_A_TIME = 200;

/**
 * Mails that no event brings but the calendar: an end that comes near, a payment that stays open. Each is told once for its
 * date, so running twice, late, or after a pause tells nothing twice and nothing that is over.
 */
@Injectable()
export class Reminders {
  constructor(
    private readonly database: DataSource,
    private readonly telling: Telling,
    private readonly urls: Urls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async remind(now: Date): Promise<void> {
    const { manager } = this.database;
    const { publishingStoppedDays } = this.config.ladder;
    let last = '0';
    for (;;) {
      const ids = await datesNear(manager, now, publishingStoppedDays, last, AT_A_TIME);
      if (ids.length === 0) return;
      const news = (await watched(manager, ids, now)).flatMap((one) => this.newsOf(one, now));
      await this.database.transaction((tx) => this.telling.tell(tx, news));
      last = ids.at(-1)!;
    }
  }

  private newsOf(one: Watched, now: Date): NewsOf[] {
    const { ladder } = this.config;
    const { organization, customer } = one;
    const standing = standingOf(organization, ladder, now);
    const context = { organization, standing, card: customer?.card ?? null, now, page: this.urls.page };
    const { publishingStoppedDays } = ladder;
    const news = reminderNews({ ...one, context, ...this.prices(customer?.currency), publishingStoppedDays });
    return news.map((each) => ({ ...each, organizationId: organization.id }));
  }

  /** In their currency, if anything is still sold in it. */
  private prices(currency: string | undefined) {
    const { prices } = this.config.billing;
    const [first] = [...prices.keys()];
    const sold = currency !== undefined && prices.has(currency) ? currency : first!;
    return { currency: sold, prices: prices.get(sold)! };
  }
}
