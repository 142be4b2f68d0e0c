import { type Server } from 'node:http';
import { type Stripe } from 'stripe';
import { perform } from './acts.js';
import { endpoints } from './api/endpoints.js';
import { settlePayment } from './billing/collecting.js';
import {
  type Act,
  type BrowserPort,
  type ChallengeOutcome,
  type Delivery,
  type Intent,
  type SandboxRequest,
  type WebhookSettings,
} from './browser-port.js';
import { browserRoutes } from './browser/routes.js';
import { controlAnswer } from './control.js';
import { Engine } from './engine.js';
import { Api } from './http/api.js';
import { Faults, type Intercept } from './http/faults.js';
import { match } from './http/router.js';
import { listen, type Reply } from './http/server.js';
import { type RecordedCall, StripeDoor } from './http/stripe-door.js';
import { type Kind, type Objects, type SandboxEvent } from './objects.js';
import { settleSetup } from './payments/setting-up.js';
import { defaultSettings, type Settings } from './settings.js';
import { StateFile } from './state-file.js';
import { Store } from './store.js';
import { Deliveries } from './webhooks/deliveries.js';
import { register, type WebhookTarget } from './webhooks/endpoints.js';
import { Webhooks } from './webhooks/webhooks.js';

export interface SandboxOptions {
  /** Default: any free one. */
  port?: number;
  /** Where the whole state is kept; without it the sandbox forgets everything when it stops. */
  file?: string;
  /** The clock that the sandbox's own offset is added to. */
  now?: () => Date;
  webhook?: WebhookTarget;
  /** Called (and awaited) whenever the clock was moved, at each moment that something happened. */
  onAdvance?: () => unknown;
  settings?: Partial<Settings>;
}

const apiVersion: NonNullable<Stripe.WebhookEndpointCreateParams['api_version']> = '2026-10-28.endive';

/** Stripe in one process, without an account: the same API over HTTP, signed webhooks, and a clock that can be moved. */
export class StripeSandbox implements BrowserPort {
  readonly secretKey = 'sk_test_sandbox';
  readonly publishableKey = 'pk_test_sandbox';
  readonly faults = new Faults();
  readonly webhooks: Webhooks;
  private readonly carrier: Deliveries;
  private readonly door: StripeDoor;
  private readonly routes = browserRoutes(this);
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly onAdvance: () => unknown,
  ) {
    this.carrier = new Deliveries(engine);
    this.webhooks = new Webhooks(engine, this.carrier);
    engine.onEvent = (work, event) => this.carrier.enqueue(work, event);
    engine.onEvents = (events) => this.follow(events);
    const keys = { secret: this.secretKey, publishable: this.publishableKey };
    this.door = new StripeDoor(new Api(engine, endpoints), this.faults, keys, () => engine.now());
  }

  static async start({
    port = 0,
    file,
    now = () => new Date(),
    webhook,
    onAdvance = () => {},
    settings,
  }: SandboxOptions = {}): Promise<StripeSandbox> {
    const parts = { store: new Store(), base: now, settings: { ...defaultSettings, ...settings }, apiVersion };
    const engine = new Engine({ ...parts, file: file ? new StateFile(file) : undefined });
    const sandbox = new StripeSandbox(engine, onAdvance);
    const { server, url } = await listen(port, (request) => sandbox.answer(request));
    engine.url = url;
    sandbox.server = server;
    if (webhook) engine.transact((work) => register(work, webhook));
    sandbox.timer = setInterval(() => engine.catchUp(), 1000).unref();
    sandbox.carrier.pump();
    return sandbox;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.carrier.stop();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  get url(): string {
    return this.engine.url;
  }

  private async answer(request: SandboxRequest & { method: string }): Promise<Reply> {
    const { pathname } = request.url;
    if (pathname.startsWith('/v1/')) return this.door.answer(request);
    if (pathname.startsWith('/sandbox/')) return controlAnswer(this, request);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    for (const route of this.routes) {
      const params = route.method === method ? match(route.pattern, pathname) : undefined;
      if (params) return route.handler({ ...request, params });
    }
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'There is nothing at this address.\n' };
  }

  private follow(events: readonly SandboxEvent[]): void {
    this.carrier.pump();
    if (events.some(({ type }) => /test_clock\.(created|deleted)$/.test(type))) this.engine.followTestClocks();
    const clocks = events
      .filter((event) => event.type === 'test_helpers.test_clock.advancing')
      .map(({ data }) => data.object.id as string);
    for (const id of clocks) setImmediate(() => void this.runClock(id));
  }

  /** A test clock was sent to a time: so goes the clock of everything. */
  private async runClock(id: string): Promise<void> {
    const target = this.object('test_helpers.test_clock', id)!.frozen_time * 1000;
    await this.advance(Math.max(0, target - this.now().getTime()));
    this.engine.transact((work) => {
      const clock = work.get('test_helpers.test_clock', id);
      Object.assign(clock, { status: 'ready', status_details: {} });
      work.emit('test_helpers.test_clock.ready', clock);
    });
  }

  now(): Date {
    return this.engine.now();
  }

  nextDue(): Date | undefined {
    return this.engine.nextDue();
  }

  advance(milliseconds: number): Promise<void> {
    return this.engine.advance(milliseconds, this.onAdvance);
  }

  /** Every call of the API, oldest first (the last ten thousand). */
  get calls(): readonly RecordedCall[] {
    return this.door.calls;
  }

  /** Looks at each call before it is done and before it is answered, and may spoil it. */
  intercept(fn: Intercept | undefined): void {
    this.faults.intercept = fn;
  }

  objects<K extends Kind>(kind: K): readonly Objects[K][] {
    this.engine.catchUp();
    return this.engine.store.all(kind).reverse();
  }

  object<K extends Kind>(kind: K, id: string): Objects[K] | undefined {
    this.engine.catchUp();
    return this.engine.store.get(kind, id);
  }

  findIntent(id: string, clientSecret: string): Intent | undefined {
    const intent = this.object('setup_intent', id) ?? this.object('payment_intent', id);
    return intent?.client_secret === clientSecret ? intent : undefined;
  }

  async settleChallenge(intentId: string, outcome: ChallengeOutcome): Promise<Intent> {
    return this.engine.transact((work) => {
      const setup = work.find('setup_intent', intentId);
      const intent = setup ?? work.get('payment_intent', intentId);
      if (intent.object === 'setup_intent') settleSetup(work, intent, outcome);
      else settlePayment(work, intent, outcome);
      return structuredClone(intent);
    });
  }

  findInvoice(token: string): Objects['invoice'] | undefined {
    const facts = this.engine.store.all('invoice_facts').find((row) => row.token === token);
    return facts && this.object('invoice', facts.id);
  }

  async act(act: Act): Promise<void> {
    this.engine.transact((work) => perform(work, act));
  }

  webhookSettings(): WebhookSettings {
    return { ...this.carrier.settings };
  }

  configureWebhooks(settings: Partial<WebhookSettings>): void {
    this.carrier.configure(settings);
  }

  deliveries(eventId?: string): readonly Delivery[] {
    return this.carrier.log.filter((row) => !eventId || row.eventId === eventId).reverse();
  }

  deliver(eventIds: readonly string[]): Promise<void> {
    return this.carrier.deliver(eventIds);
  }
}
