import { randomBytes } from 'node:crypto';
import { type Stripe } from 'stripe';
import { differences } from './differences.js';
import { missing } from './http/problem.js';
import { type Settings } from './settings.js';
import { type SandboxEvent } from './objects.js';
import { type RecordKind, type Records, type TaskKind } from './records.js';
import { type Change, type Store } from './store.js';

/** What the work is done for. */
export interface Cause {
  requestId: string | null;
  idempotencyKey: string | null;
  apiVersion: string;
  url: string;
  settings: Settings;
}

export type EventType = Stripe.Event['type'];

/**
 * One change of the sandbox, from its first look to its last event: records are copied when they are asked for, and either
 * all of them are written with their events or none. It runs without waiting for anything, so nothing comes between.
 */
export class Work {
  private readonly drafts = new Map<string, Change>();
  private readonly told = new Map<string, unknown>();

  constructor(
    private readonly store: Store,
    /** The sandbox's time, in seconds. */
    readonly now: number,
    readonly cause: Cause,
  ) {}

  /** A copy to look at and to change; what is changed in it is kept with this work. */
  find<K extends RecordKind>(kind: K, id: string): Records[K] | undefined {
    const draft = this.drafts.get(`${kind}/${id}`);
    if (draft) return draft.next as Records[K] | undefined;
    const settled = this.store.get(kind, id);
    return settled && this.add(kind, structuredClone(settled));
  }

  /** @throws Problem resource_missing: 404, or 400 if the id came in the parameter named. */
  get<K extends RecordKind>(kind: K, id: string, param?: string): Records[K] {
    const found = this.find(kind, id);
    if (!found) throw missing(kind, id, param);
    return found;
  }

  add<K extends RecordKind>(kind: K, record: Records[K]): Records[K] {
    this.drafts.set(`${kind}/${record.id}`, { kind, id: record.id, next: record });
    return record;
  }

  remove(kind: RecordKind, id: string): void {
    this.drafts.set(`${kind}/${id}`, { kind, id });
  }

  /** To look at, oldest first; ask `get` for one to change. */
  all<K extends RecordKind>(kind: K): readonly Records[K][] {
    const drafts = new Map(
      [...this.drafts.values()].filter((draft) => draft.kind === kind).map((draft) => [draft.id, draft]),
    );
    const settled = this.store.all(kind);
    if (!drafts.size) return settled;
    const known = settled.flatMap((record) => (drafts.has(record.id) ? takeNext<K>(drafts, record.id) : [record]));
    return [
      ...known,
      ...[...drafts.values()].flatMap((draft) => (draft.next ? [draft.next as unknown as Records[K]] : [])),
    ];
  }

  /** Remembers an event: the object as it is now, and for `….updated` what it was before. Nothing changed, nothing told. */
  emit(type: EventType, object: { id: string; object: string }): void {
    const before = this.told.get(object.id) ?? this.store.get(object.object as RecordKind, object.id);
    const previous = type.endsWith('updated') && before ? differences(before, object) : undefined;
    if (previous && !Object.keys(previous).length) return;
    const copy = structuredClone(object) as unknown as SandboxEvent['data']['object'];
    this.told.set(object.id, copy);
    this.add('event', this.event(type, { object: copy, ...(previous && { previous_attributes: previous }) }));
  }

  private event(type: EventType, data: SandboxEvent['data']): SandboxEvent {
    const request = { id: this.cause.requestId, idempotency_key: this.cause.idempotencyKey };
    const api_version = this.cause.apiVersion;
    return {
      id: newId('evt'),
      object: 'event',
      api_version,
      created: this.now,
      data,
      livemode: false,
      pending_webhooks: 0,
      request,
      type,
    };
  }

  /** One task of a kind for a subject: a second one takes the place of the first. */
  schedule(kind: TaskKind, subject: string, at: number): void {
    this.unschedule(kind, subject);
    this.add('task', { id: `${kind}:${subject}`, kind, subject, at });
  }

  unschedule(kind: TaskKind, subject: string): void {
    if (this.find('task', `${kind}:${subject}`)) this.remove('task', `${kind}:${subject}`);
  }

  changes(): Change[] {
    return [...this.drafts.values()];
  }

  /** The same ground for a try that is not kept. */
  scratch(now = this.now): Work {
    const copy = new Work(this.store, now, this.cause);
    for (const [key, draft] of this.drafts) copy.drafts.set(key, structuredClone(draft));
    return copy;
  }
}

function takeNext<K extends RecordKind>(drafts: Map<string, Change>, id: string): Records[K][] {
  const { next } = drafts.get(id)!;
  drafts.delete(id);
  return next ? [next as unknown as Records[K]] : [];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function newId(prefix: string, length = 24): string {
  return `${prefix}_${Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')}`;
}
