import { Readable } from 'node:stream';
import { Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { csvEntry, csvHead, jsonEntry } from '../../audit/audit-formats.js';
import { Trail, type TrailFilter } from '../../audit/trail.js';
import { type Answer, download, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { auditPage } from './audit.page.js';
import { OrganizationSights } from './organization-sights.js';

const PER_PAGE = 50;
const DAY_MS = 24 * 60 * 60 * 1000;

const text = z.string().trim().max(200).catch('').default('');
const Day = z.iso.date().catch('').default('');
const Asked = z.object({
  ...{ action: text, actor: text, from: Day, to: Day },
  after: z.string().regex(/^\d{1,18}$/).optional().catch(undefined),
});
export type AskedLog = z.infer<typeof Asked>;

@Pages('orgs/:organization')
export class AuditController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly trail: Trail,
  ) {}

  @Get('audit')
  async list(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Query({ schema: Asked }) asked: AskedLog,
  ): Promise<Answer> {
    const sight = await this.sights.see(visitor, 'audit.read', name);
    const { id } = sight.organization;
    const [page, actions] = await Promise.all([
      this.trail.page(id, filterOf(asked), asked.after ?? null, PER_PAGE),
      this.trail.actions(id),
    ]);
    return html(auditPage(visitor, sight, { asked, page, actions }));
  }

  @Get('audit.csv')
  async csv(@Visiting() visitor: Visitor, @Param('organization') name: string, @Query({ schema: Asked }) asked: AskedLog) {
    const { organization } = await this.sights.see(visitor, 'audit.read', name);
    const lines = this.lines(organization.id, asked, csvEntry, csvHead);
    return download(lines, 'text/csv; charset=utf-8', `${organization.name}-audit.csv`);
  }

  @Get('audit.jsonl')
  async jsonl(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Query({ schema: Asked }) asked: AskedLog,
  ): Promise<Answer> {
    const { organization } = await this.sights.see(visitor, 'audit.read', name);
    const lines = this.lines(organization.id, asked, jsonEntry);
    return download(lines, 'application/jsonl; charset=utf-8', `${organization.name}-audit.jsonl`);
  }

  /** As fast as it is read, a batch of entries in memory at a time. */
  private lines(id: string, asked: AskedLog, write: typeof jsonEntry, head = ''): Readable {
    const entries = this.trail.all(id, filterOf(asked));
    return Readable.from(
      (async function* () {
        if (head !== '') yield head;
        for await (const entry of entries) yield write(entry);
      })(),
      { objectMode: false },
    );
  }
}

/** Days are UTC's, and the last one counts. */
function filterOf({ action, actor, from, to }: AskedLog): TrailFilter {
  const dayOf = (day: string) => (day === '' ? undefined : new Date(`${day}T00:00:00Z`));
  const last = dayOf(to);
  return {
    ...{ action: action || undefined, actor: actor || undefined, from: dayOf(from) },
    to: last && new Date(last.getTime() + DAY_MS),
  };
}
