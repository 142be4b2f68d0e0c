import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { AuditEntry } from './audit-entry.entity.js';
import { actionsOf } from './audit.queries.js';

/** What is looked for in a log; `from` and `to` are moments, the second one excluded. */
export interface TrailFilter {
  readonly action?: string | undefined;
  /** The name somebody had then. */
  readonly actor?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Whose log, or what happened to one package. */
export type LogOf =
  { readonly organizationId: string } | { readonly userId: string } | { readonly package: PackageLog };

export interface PackageLog {
  /** Null for a package of the public repository. */
  readonly organizationId: string | null;
  readonly repository: string;
  readonly package: string;
  /** When this package began: a public name that was given up may be another's now, who has no business with what was before. */
  readonly since: Date;
}

export interface TrailPage {
  readonly entries: readonly AuditEntry[];
  /** Id after which the next page begins; null on the last one. */
  readonly next: string | null;
}

const BATCH = 1000;

/**
 * Reading an organization's log: newest first, in pages that begin after an entry instead of at a number, so that page
 * five hundred costs what page one does. Each filter has an index of its own (migration 0008).
 */
@Injectable()
export class Trail {
  constructor(private readonly database: DataSource) {}

  async page(organizationId: string, filter: TrailFilter, after: string | null, limit: number): Promise<TrailPage> {
    const entries = await this.read(organizationId, filter, after, limit + 1);
    const shown = entries.slice(0, limit);
    return { entries: shown, next: entries.length > limit ? shown.at(-1)!.id : null };
  }

  /** All of it, a batch at a time, as fast as they are taken. */
  async *all(organizationId: string, filter: TrailFilter): AsyncGenerator<AuditEntry> {
    for (let after: string | null = null; ;) {
      const batch: readonly AuditEntry[] = await this.read(organizationId, filter, after, BATCH);
      yield* batch;
      if (batch.length < BATCH) return;
      after = batch.at(-1)!.id;
    }
  }

  /** By numbers, as hex.pm's API pages its logs; newest first. */
  numbered(of: LogOf, { limit, offset }: { limit: number; offset: number }): Promise<AuditEntry[]> {
    const query = this.database.manager.createQueryBuilder(AuditEntry, 'e');
    if ('userId' in of) query.where('e.subjectUserId = :userId', of);
    else if ('organizationId' in of) query.where('e.subjectOrganizationId = :organizationId', of);
    else ofPackage(query, of.package);
    if (!('userId' in of)) query.orderBy('e.at', 'DESC');
    return query.addOrderBy('e.id', 'DESC').limit(limit).offset(offset).getMany();
  }

  /** Every kind of act there has been, by name. */
  actions(organizationId: string): Promise<string[]> {
    return actionsOf(this.database.manager, organizationId);
  }

  private read(
    organizationId: string,
    filter: TrailFilter,
    after: string | null,
    limit: number,
  ): Promise<AuditEntry[]> {
    const query = this.database.manager
      .createQueryBuilder(AuditEntry, 'e')
      .where('e.subjectOrganizationId = :organizationId', { organizationId });
    if (filter.action) query.andWhere('e.action = :action', { action: filter.action });
    if (filter.actor) query.andWhere('e.actorName = :actor', { actor: filter.actor });
    if (filter.from) query.andWhere('e.at >= :from', { from: filter.from });
    if (filter.to) query.andWhere('e.at < :to', { to: filter.to });
    if (after !== null)
      query.andWhere('(e.at, e.id) < (select a.at, a.id from audit_entries a where a.id = :after)', { after });
    return query.orderBy('e.at', 'DESC').addOrderBy('e.id', 'DESC').limit(limit).getMany();
  }
}

/** The organization may have had another name at the time; the public repository has always had its own. */
function ofPackage(query: SelectQueryBuilder<AuditEntry>, { organizationId, ...of }: PackageLog): void {
  query.where(`e.params ->> 'package' = :package`, of);
  if (organizationId !== null) query.andWhere('e.subjectOrganizationId = :organizationId', { organizationId });
  else query.andWhere(`e.params ->> 'repository' = :repository and e.at >= :since`, of);
}
