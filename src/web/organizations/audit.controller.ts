import { Readable } from 'node:stream';
import { Get, Param, Query } from '@nestjs/common';
import { csvEntry, csvHead, jsonEntry } from '../../audit/audit-formats.js';
import { Trail } from '../../audit/trail.js';
import { type Answer, download, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { Asked, type AskedLog, filterOf } from './asked-log.js';
import { auditPage } from './audit.page.js';
import { OrganizationSights } from './organization-sights.js';

const PER_PAGE = 50;

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
  async csv(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Query({ schema: Asked }) asked: AskedLog,
  ) {
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
