import { Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { type Actor, nameOf, originOf } from './actor.js';
import { AuditEntry } from './audit-entry.entity.js';

/** In whose log an entry appears. */
export interface Subject {
  readonly organizationId?: string | null;
  readonly userId?: string | null;
}

@Injectable()
export class Audit {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes the entry in the transaction of the change, so that neither exists without the other. `params` must hold no
   * secret: names, versions, checksums and ids only.
   */
  async record(tx: Tx, actor: Actor, action: string, subject: Subject, params: Record<string, unknown>): Promise<void> {
    const origin = originOf(actor);
    await tx.insert(AuditEntry, {
      action,
      actorKind: actor.kind,
      actorName: nameOf(actor),
      userId: actor.kind === 'user' ? actor.userId : null,
      organizationId: actor.kind === 'organization' ? actor.organizationId : null,
      keyId: origin.keyId ?? null,
      keyName: origin.keyName ?? null,
      subjectOrganizationId: subject.organizationId ?? null,
      subjectUserId: subject.userId ?? null,
      params: {
        ...params,
        ...(actor.kind === 'operator' && { reason: actor.reason }),
        ...(origin.grantId !== undefined && { by_grant: origin.grantId }),
      } as never,
      ip: origin.ip ?? null,
      userAgent: origin.userAgent?.slice(0, 255) ?? null,
      requestId: origin.requestId ?? null,
      at: this.clock.now(),
    });
  }

  /** Newest first; of one organization's or one user's log where `subject` names them. */
  list({ organizationId, userId }: Subject, limit: number): Promise<AuditEntry[]> {
    const where = {
      ...(organizationId ? { subjectOrganizationId: organizationId } : {}),
      ...(userId ? { subjectUserId: userId } : {}),
    };
    return this.database.manager.find(AuditEntry, { where, order: { id: 'desc' }, take: limit });
  }

  /** A person's own log: newest first, from after the entry `before` on. */
  ofUser(userId: string, before: string | null, limit: number): Promise<AuditEntry[]> {
    const where = { subjectUserId: userId, ...(before !== null && { id: LessThan(before) }) };
    return this.database.manager.find(AuditEntry, { where, order: { id: 'desc' }, take: limit });
  }
}
