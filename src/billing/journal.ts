import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, nameOf } from '../audit/actor.js';
import { Clock } from '../platform/clock.js';
import { isPostgresError, type Tx, UNIQUE_VIOLATION } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { Jobs } from '../platform/jobs.js';
import { type Answer } from './gateway.js';
import { Operation, type OperationKind } from './operation.entity.js';

/** As long as a call may still be at work at Stripe after we lost sight of it. Only then "not found" means "did not happen". */
export const UNCLEAR_MS = 120_000;

export const SETTLE = 'billing.settle';

/**
 * The journal of what is asked of Stripe. An operation is written down before the call, under an id that is the call's
 * idempotency key, and settled after it; what is left open by a crash or an answer that never came is not asked again but
 * looked up (`lookups`). Of one organization one operation is open at a time (a unique index says so).
 */
@Injectable()
export class Journal {
  constructor(
    private readonly database: DataSource,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** Something with a price, shown and not yet agreed to. Costs nothing; forgotten after a day. */
  async draft(actor: Actor, organizationId: string, kind: OperationKind, params: object): Promise<Operation> {
    const at = { createdAt: this.clock.now(), askedAt: null, settledAt: null };
    const { manager } = this.database;
    return manager.save(
      manager.create(Operation, {
        ...{ id: randomUUID(), organizationId, kind, params: { ...params }, state: 'drafted', outcome: null },
        ...{ actorName: nameOf(actor), ...at },
      }),
    );
  }

  async find(organizationId: string, id: string): Promise<Operation> {
    const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
    const found = isId ? await this.database.manager.findOneBy(Operation, { id, organizationId }) : null;
    if (found === null) throw notFound('change');
    return found;
  }

  open(organizationId: string, tx: Tx = this.database.manager): Promise<Operation | null> {
    const states = [
      { organizationId, state: 'asked' },
      { organizationId, state: 'unclear' },
    ] as const;
    return tx.findOneBy(Operation, [...states]);
  }

  /** From here on the call may have its effect. Throws `conflict` while another operation is open. */
  async ask(tx: Tx, operation: Operation): Promise<void> {
    const now = this.clock.now();
    try {
      await tx.update(Operation, { id: operation.id, state: 'drafted' }, { state: 'asked', askedAt: now });
    } catch (error) {
      if (isPostgresError(error, UNIQUE_VIOLATION)) throw anotherIsOpen();
      throw error;
    }
    Object.assign(operation, { state: 'asked', askedAt: now });
    // Whoever is killed from now on leaves this behind.
    const runAt = new Date(Date.now() + UNCLEAR_MS + 10_000);
    await this.jobs.enqueue(tx, SETTLE, { organizationId: operation.organizationId }, { runAt });
  }

  async settle(tx: Tx, operation: Operation, answer: Answer<unknown>): Promise<void> {
    const [state, outcome] = settled(answer);
    const settledAt = state === 'unclear' ? null : this.clock.now();
    await tx.save(tx.create(Operation, { ...operation, state, outcome, settledAt }));
    Object.assign(operation, { state, outcome, settledAt });
  }

  /** Drafts that nobody agreed to. */
  async forgetDrafts(): Promise<void> {
    await this.database.manager.query(
      `delete from billing_operations where state = 'drafted' and created_at < $1::timestamptz - interval '1 day'`,
      [this.clock.now()],
    );
  }
}

function settled(answer: Answer<unknown>): ['done' | 'refused' | 'unclear', Record<string, unknown>] {
  switch (answer.outcome) {
    case 'ok':
      return ['done', typeof answer.value === 'object' && answer.value !== null ? { ...answer.value } : {}];
    case 'refused':
      return ['refused', { ...answer.refusal }];
    case 'busy':
      return ['refused', { code: 'busy', declineCode: null, message: answer.message }];
    case 'unclear':
      return ['unclear', { message: answer.message }];
  }
}

const anotherIsOpen = (): DomainError =>
  new DomainError(
    'conflict',
    'billing_operation_open',
    'An earlier change is not settled yet: Stripe is being asked what became of it. Please try again in some minutes.',
  );
