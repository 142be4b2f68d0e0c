import { type WebhookSettings } from '../browser-port.js';
import { type Engine } from '../engine.js';
import { missing } from '../http/problem.js';
import { type SandboxEvent } from '../objects.js';
import { type Deliveries } from './deliveries.js';
import { register, roll, type WebhookTarget } from './endpoints.js';

/** Webhooks as a test handles them. */
export class Webhooks {
  constructor(
    private readonly engine: Engine,
    private readonly deliveries: Deliveries,
  ) {}

  configure(settings: Partial<WebhookSettings>): void {
    this.deliveries.configure(settings);
  }

  /** The endpoint of this address, new or as it is to be from now on. */
  register(target: WebhookTarget, events?: string[]): void {
    this.engine.transact((work) => register(work, target, events));
  }

  /** Signs with the new secret, and for a day with the old one too. */
  roll(url: string, secret: string): void {
    this.engine.transact((work) => {
      const endpoint = work.all('webhook_endpoint').find((row) => row.url === url);
      if (!endpoint) throw missing('webhook_endpoint', url);
      roll(work, endpoint.id, secret);
    });
  }

  /** Events that are not delivered yet, oldest first. */
  held(): SandboxEvent[] {
    return this.deliveries.held();
  }

  /** Delivers these in the order given, each awaited; also events that were delivered before, and one twice if named twice. */
  deliver(events: readonly (string | { id: string })[]): Promise<void> {
    return this.deliveries.deliver(events.map((event) => (typeof event === 'string' ? event : event.id)));
  }

  /** Until nothing is outstanding. */
  drain(): Promise<void> {
    return this.deliveries.drain();
  }
}
