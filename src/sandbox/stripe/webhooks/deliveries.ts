import { setTimeout as sleep } from 'node:timers/promises';
import { type Delivery, type WebhookSettings } from '../browser-port.js';
import { type Engine } from '../engine.js';
import { type SandboxEvent } from '../objects.js';
import { type PendingDelivery } from '../records.js';
import { newId, type Work } from '../work.js';
import { signingSecrets, wants } from './endpoints.js';
import { seeded } from './random.js';
import { send } from './sending.js';

/** In milliseconds of the system's clock; after the last one Stripe gives up. */
const pauses = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
const atOnce = 4;
const mostRemembered = 2_000;

/**
 * Carries events to their endpoints: at least once, in no order, again when they are refused. What still has to be carried
 * is part of the state, so a sandbox that was killed goes on where it was.
 */
export class Deliveries {
  settings: WebhookSettings = { mode: 'deliver', delayMs: 0, duplicates: 0, loss: 0, shuffle: false, seed: 1 };
  readonly log: Delivery[] = [];
  private random = seeded(1);
  private readonly busy = new Map<string, Promise<void>>();
  private readonly resting = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private hurry = false;
  private stopped = false;

  constructor(private readonly engine: Engine) {}

  configure(settings: Partial<WebhookSettings>): void {
    this.settings = { ...this.settings, ...settings };
    if (settings.seed !== undefined) this.random = seeded(settings.seed);
    this.pump();
  }

  /** Puts an event's deliveries into the change that made it. */
  enqueue(work: Work, event: SandboxEvent): void {
    const endpoints = work.all('webhook_endpoint').filter((endpoint) => wants(endpoint, event));
    work.get('event', event.id).pending_webhooks = endpoints.length;
    for (const endpoint of endpoints) this.copies().forEach(() => this.add(work, event.id, endpoint.id));
  }

  /** None when the event gets lost, two when it comes twice. */
  private copies(): number[] {
    const { loss, duplicates } = this.settings;
    if (loss > 0 && this.random() < loss) return [];
    return duplicates > 0 && this.random() < duplicates ? [1, 2] : [1];
  }

  private add(work: Work, event: string, endpoint: string): PendingDelivery {
    return work.add('pending_delivery', { id: newId('whd'), event, endpoint, attempt: 0 });
  }

  /** Starts what may be sent now. */
  pump(): void {
    if (this.stopped || this.settings.mode === 'hold') return;
    const free = this.waiting().filter(({ id }) => this.isDue(id));
    while (free.length && this.busy.size < atOnce) {
      const [next] = free.splice(this.settings.shuffle ? Math.floor(this.random() * free.length) : 0, 1);
      this.start(next!, this.hurry ? 0 : this.settings.delayMs);
    }
    this.wakeLater();
  }

  private waiting(): PendingDelivery[] {
    return this.engine.store.all('pending_delivery').filter(({ id }) => !this.busy.has(id));
  }

  private isDue(id: string): boolean {
    return this.hurry || (this.resting.get(id) ?? 0) <= Date.now();
  }

  private wakeLater(): void {
    clearTimeout(this.timer);
    const next = Math.min(...this.waiting().map(({ id }) => this.resting.get(id) ?? Infinity));
    if (next !== Infinity) this.timer = setTimeout(() => this.pump(), Math.max(10, next - Date.now())).unref();
  }

  private start(pending: PendingDelivery, delay: number): void {
    const done = this.carry(pending, delay).finally(() => {
      this.busy.delete(pending.id);
      this.pump();
    });
    this.busy.set(pending.id, done);
  }

  private async carry(pending: PendingDelivery, delay: number): Promise<void> {
    if (delay) await sleep(delay);
    if (this.stopped) return;
    const delivery = await this.attempt(pending);
    if (!this.stopped) this.conclude(pending, delivery);
  }

  private async attempt({ event: id, endpoint, attempt }: PendingDelivery): Promise<Delivery | undefined> {
    const parcel = this.engine.look((work) => {
      const event = work.find('event', id);
      const target = work.find('webhook_endpoint', endpoint);
      return event && target && { event, url: target.url, secrets: signingSecrets(work, endpoint) };
    });
    if (!parcel) return undefined;
    const delivery = await send({ ...parcel, timestamp: Math.floor(Date.now() / 1000), attempt: attempt + 1 });
    this.log.push(delivery);
    if (this.log.length > mostRemembered) this.log.shift();
    return delivery;
  }

  private conclude(pending: PendingDelivery, delivery: Delivery | undefined): void {
    const arrived = delivery?.status != null && delivery.status >= 200 && delivery.status < 300;
    const pause = pauses[pending.attempt];
    if (delivery && !arrived && pause) return this.tryAgain(pending, pause);
    this.resting.delete(pending.id);
    this.engine.transact((work) => {
      work.remove('pending_delivery', pending.id);
      const event = work.find('event', pending.event);
      if (arrived && event) event.pending_webhooks = Math.max(0, event.pending_webhooks - 1);
    });
  }

  private tryAgain(pending: PendingDelivery, pause: number): void {
    this.resting.set(pending.id, Date.now() + pause);
    this.engine.transact((work) => {
      const row = work.find('pending_delivery', pending.id);
      if (row) row.attempt++;
    });
  }

  /** Events that are kept back, oldest first. */
  held(): SandboxEvent[] {
    const ids = new Set(this.waiting().map(({ event }) => event));
    return this.engine.store.all('event').filter(({ id }) => ids.has(id));
  }

  /** Sends these now, one after the other, whether they were kept back or had arrived long ago. */
  async deliver(eventIds: readonly string[]): Promise<void> {
    for (const id of eventIds) {
      const held = this.waiting().filter(({ event }) => event === id);
      const parcels = held.length ? held : this.engine.transact((work) => this.again(work, id));
      for (const pending of parcels) {
        this.start(pending, 0);
        await this.busy.get(pending.id);
      }
    }
  }

  private again(work: Work, id: string): PendingDelivery[] {
    const event = work.get('event', id);
    const endpoints = work.all('webhook_endpoint').filter((endpoint) => wants(endpoint, event));
    return endpoints.map((endpoint) => ({ ...this.add(work, id, endpoint.id) }));
  }

  /** Until nothing is on its way or waits for another try; what is refused is tried again without pause, then given up. */
  async drain(): Promise<void> {
    if (this.settings.mode === 'hold') return void (await Promise.all(this.busy.values()));
    this.hurry = true;
    try {
      for (this.pump(); this.busy.size; this.pump()) await Promise.race(this.busy.values());
    } finally {
      this.hurry = false;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.allSettled(this.busy.values());
  }
}
