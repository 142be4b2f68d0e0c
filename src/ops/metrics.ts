import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { FeedRecord } from '../advisories/feed-record.js';
import { type FeedRefresh } from '../advisories/feed-refresh.entity.js';
import { type BillingCounts, BillingRecords } from '../billing/billing-records.js';
import { ChangeFeed } from '../platform/change-feed.js';
import { Clock } from '../platform/clock.js';
import { CachedStore } from '../platform/store/cached-store.js';
import { OBJECT_STORE, type ObjectStore } from '../platform/store/object-store.js';

/** How long the rows may take. */
const ROWS_MS = 3_000;
const STATES = ['drafted', 'asked', 'unclear', 'done', 'refused'] as const;

/** The names and meanings are in docs/operations.md, "Metrics". Counted when asked for, in three queries. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private isWatching = false;
  private readonly drift = this.gauge('propolis_billing_drift', 'Customers that had drifted at the last comparison');
  private readonly compared = this.gauge(
    'propolis_billing_comparison_timestamp_seconds',
    'When the last comparison of everybody with Stripe ended',
  );
  private readonly operations = new Gauge({
    ...{ name: 'propolis_billing_operations', help: 'What has been asked of Stripe, by state', labelNames: ['state'] },
    registers: [this.registry],
  });
  private readonly unhandled = this.gauge('propolis_stripe_events_unhandled', 'Events that wait to be handled');
  private readonly age = this.gauge('propolis_stripe_event_age_seconds', 'How long the oldest of them has waited');
  private readonly heard = this.gauge(
    'propolis_stripe_webhook_timestamp_seconds',
    'When the last webhook of Stripe came in',
  );
  private readonly refreshed = this.gauge(
    'propolis_advisories_refresh_timestamp_seconds',
    'When the feed of advisories was last taken in',
  );
  private readonly failures = this.gauge('propolis_advisories_refresh_failures', 'Tries since then, which have failed');
  private readonly passedOver = this.gauge(
    'propolis_advisories_passed_over',
    'Files of the newest feed that meant nothing',
  );

  private readonly away = this.gauge(
    'propolis_database_silent_seconds',
    'For how long no change has been heard from Postgres; 0: it is heard',
  );
  private readonly graces = this.counter(
    'propolis_database_grace_total',
    'Answers about access and files that were used on because Postgres did not answer',
  );
  private readonly cached = this.gauge('propolis_object_cache_bytes', 'Bytes of the copies on disk');
  private readonly cachedFiles = this.gauge('propolis_object_cache_files', 'How many there are');
  private readonly hits = this.counter('propolis_object_cache_hits_total', 'Objects read without asking the store');
  private readonly misses = this.counter('propolis_object_cache_misses_total', 'Objects asked of the store');
  private readonly faults = new Counter({
    ...{ name: 'propolis_object_cache_faults_total', help: 'What went wrong, by cause', labelNames: ['cause'] },
    registers: [this.registry],
  });

  constructor(
    private readonly records: BillingRecords,
    private readonly feed: FeedRecord,
    private readonly changes: ChangeFeed,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    // Watching the event loop costs a little: only where somebody asks.
    if (!this.isWatching) collectDefaultMetrics({ register: this.registry });
    this.isWatching = true;
    await this.takeRows();
    if (this.store instanceof CachedStore) this.takeCache(this.store.state);
    return this.registry.metrics();
  }

  /** What rows say; their last values while they cannot be asked. */
  private async takeRows(): Promise<void> {
    const deafMs = this.changes.deafFor(this.clock.now().getTime());
    this.away.set(deafMs / 1000);
    this.graces.reset();
    this.graces.inc(this.changes.graces);
    if (!this.changes.listening) return;
    const rows = Promise.all([this.records.counts(), this.feed.last()]);
    // A database that falls silent just now must not keep the rest back.
    const found = await Promise.race([rows, sleep(ROWS_MS, undefined, { ref: false })]);
    if (found === undefined) return void rows.catch(() => undefined);
    this.take(found[0]);
    this.takeFeed(found[1]);
  }

  private take({ operations, unhandledEvents, oldestUnhandled, newestWebhook, comparison }: BillingCounts): void {
    this.drift.set(comparison?.drifted ?? 0);
    this.compared.set(seconds(comparison?.finishedAt));
    for (const state of STATES) this.operations.set({ state }, operations.get(state) ?? 0);
    this.unhandled.set(unhandledEvents);
    this.age.set(oldestUnhandled === null ? 0 : Math.max(0, seconds(this.clock.now()) - seconds(oldestUnhandled)));
    this.heard.set(seconds(newestWebhook));
  }

  private takeFeed(last: FeedRefresh | null): void {
    this.refreshed.set(seconds(last?.succeededAt));
    this.failures.set(last?.failures ?? 0);
    this.passedOver.set(last?.problems ?? 0);
  }

  /** The store counts; here its counts are only shown. */
  private takeCache({ bytes, files, hits, misses, ...failures }: CachedStore['state']): void {
    this.cached.set(bytes);
    this.cachedFiles.set(files);
    for (const counter of [this.hits, this.misses, this.faults]) counter.reset();
    this.hits.inc(hits);
    this.misses.inc(misses);
    this.faults.inc({ cause: 'store' }, failures.storeFailures);
    this.faults.inc({ cause: 'disk' }, failures.diskFailures);
    this.faults.inc({ cause: 'damaged' }, failures.damaged);
  }

  private counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] });
  }

  private gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }
}

/** Prometheus' times; 0: never. */
const seconds = (time: Date | null | undefined): number => (time ? time.getTime() / 1000 : 0);
