import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, IsNull } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { type Logger, LOGGER } from '../platform/log.js';
import { CustomerLocks } from './customer-locks.js';
import { type Answer, Gateway, GatewayUnavailable, type SubscriptionState } from './gateway.js';
import { priceOf } from './plans.js';
import { PriceAnnouncements } from './price-announcements.js';
import { type PriceStep, priceStepOf } from './price-steps.js';
import { Subscription } from './subscription.entity.js';
import { Subscriptions } from './subscriptions.js';
import { currentOf } from './terms.js';

/** The rooms at Stripe's side. */
@Injectable()
export class PriceRooms {
  constructor(
    readonly locks: CustomerLocks,
    readonly subscriptions: Subscriptions,
    readonly gateway: Gateway,
    readonly announcements: PriceAnnouncements,
  ) {}
}

/**
 * Brings subscriptions to the configured price. A higher one is told of first and comes with the first renewal that is at least
 * `priceNoticeDays` later, a lower one with the next. Who is about to end, or owes something, is left alone until that is over.
 * What is asked of Stripe says what shall be, not what is to change, so whatever an unclear answer means is seen at the next
 * look, and asking again does no harm.
 */
@Injectable()
export class PriceChanges {
  constructor(
    private readonly database: DataSource,
    private readonly rooms: PriceRooms,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Everybody whose price is not the configured one, or who waits for other terms. One that fails waits for the next night. */
  async nightly(): Promise<void> {
    const calm = await this.database.manager.findBy(Subscription, { status: 'active', endedAt: IsNull() });
    const isSettled = (one: Subscription) => one.next === null && this.priceOf(one)?.unitAmount === one.unitAmount;
    await this.rooms.announcements.forgetSettled(calm.filter(isSettled).map(({ stripeId }) => stripeId));
    for (const { organizationId } of calm.filter((one) => !isSettled(one))) await this.lookLater(organizationId);
  }

  /** Throws where Stripe did not do as it was asked. */
  async look(organizationId: string): Promise<void> {
    const { locks, subscriptions } = this.rooms;
    await locks.hold(organizationId, async () => {
      const synced = await subscriptions.syncHeld(organizationId);
      const one = synced === null ? null : currentOf(synced.snapshot.subscriptions);
      if (one === null || !isCalm(one) || !(await this.change(organizationId, one))) return;
      await subscriptions.syncHeld(organizationId);
    });
  }

  private async lookLater(organizationId: string): Promise<void> {
    try {
      await this.look(organizationId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const detail = error instanceof GatewayUnavailable ? error.detail : error.code;
      this.logger.warn({ organizationId, detail }, 'billing: a price could not be changed; it is tried again');
    }
  }

  /** Told first: a price that was told of and comes late harms nobody. */
  private async change(organizationId: string, one: SubscriptionState): Promise<boolean> {
    const price = this.priceOf(one);
    if (price === undefined) return false;
    const { announcements } = this.rooms;
    const toldAt = await announcements.toldAt(organizationId, one, price);
    const step = priceStepOf(one, price, toldAt ?? this.clock.now(), this.config.billing.priceNoticeDays);
    if (step === null) return false;
    const isOurs = step.kind === 'schedule' && step.price.plan === one.plan;
    if (isOurs) await announcements.announce(organizationId, one, step.price, step.at);
    mustBeDone(await this.ask(one, step));
    if (step.kind === 'drop') await announcements.takeBack(organizationId, one, one.next!.unitAmount);
    return true;
  }

  /**
   * A new key each time: from 3 seats to 4, back, and to 4 again within a day, Stripe would answer the third call with its answer
   * to the first and do nothing. The lock and the fresh reading see to it that nothing is asked twice.
   */
  private ask(one: SubscriptionState, step: NonNullable<PriceStep>): Promise<Answer<void>> {
    const key = `price:${randomUUID()}`;
    if (step.kind === 'drop') return this.rooms.gateway.dropSchedule(one.scheduleId!, key);
    return this.rooms.gateway.schedulePrice(one, step.price, step.at, key);
  }

  private priceOf({ plan, currency }: Pick<SubscriptionState, 'plan' | 'currency'>) {
    return priceOf(this.config, plan, currency);
  }
}

const isCalm = ({ status, cancelAt, pendingQuantity }: SubscriptionState): boolean =>
  status === 'active' && cancelAt === null && pendingQuantity === null;

function mustBeDone(answer: Answer<void>): void {
  if (answer.outcome === 'ok') return;
  throw new GatewayUnavailable(answer.outcome === 'refused' ? answer.refusal.message : answer.message);
}
