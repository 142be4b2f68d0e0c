import { Injectable } from '@nestjs/common';
import { type Organization } from '../organizations/organization.entity.js';
import { Standings } from '../organizations/standings.js';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { Jobs } from '../platform/jobs.js';
import { Urls } from '../platform/urls.js';
import { invoiceNews } from './invoice-news.js';
import { type Found, freshSince, type NewsContext } from './news-context.js';
import { subscriptionNews } from './subscription-news.js';
import { type News, Telling } from './telling.js';

/** The job that gives the terms to come the seats of now. */
export const FOLLOW_SEATS = 'billing.follow-seats';

/** Who is told of what a reading of Stripe has found, each once per cause; in the transaction that writes the reading down. */
@Injectable()
export class BillingNotices {
  constructor(
    private readonly telling: Telling,
    private readonly standings: Standings,
    private readonly jobs: Jobs,
    private readonly urls: Urls,
    private readonly clock: Clock,
  ) {}

  /** The organization carries what the reading has changed already. */
  async afterSync(tx: Tx, organization: Organization, found: Found): Promise<void> {
    const { id: organizationId } = organization;
    const news = newsOf(found, {
      ...{ organization, standing: this.standings.of(organization), card: found.card },
      ...{ now: this.clock.now(), page: this.urls.page },
    });
    await this.telling.tell(
      tx,
      news.map((one) => ({ ...one, organizationId })),
    );
    if (seatsMoved(found)) await this.jobs.enqueue(tx, FOLLOW_SEATS, { organizationId });
  }
}

function newsOf(found: Found, context: NewsContext): News[] {
  const since = freshSince(found, context.now);
  return [
    ...found.subscriptions.flatMap((one) => subscriptionNews(one, found, since, context)),
    ...found.invoices.toReversed().flatMap((one) => invoiceNews(one, found, since, context)),
  ];
}

/** A schedule at Stripe keeps the number of seats that it was made with. */
const seatsMoved = ({ before, subscriptions }: Found): boolean =>
  subscriptions.some(
    ({ stripeId, scheduleId, quantity }) =>
      scheduleId !== null && before.some((row) => row.stripeId === stripeId && row.quantity !== quantity),
  );
