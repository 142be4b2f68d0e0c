import type { AuditEntry } from '../../audit/audit-entry.entity.js';
import { table } from './answers.js';
import { type AdminCommand, count } from './command-line.js';

interface Filter {
  readonly organization?: string;
  readonly user?: string;
  readonly limit: number;
}

const entryView = ({ at, actorKind, actorName, action, params, ip }: AuditEntry) => {
  const { reason, ...details } = params;
  return { at, actor: `${actorKind} ${actorName}`, action, reason: reason ?? null, ip, details };
};

export function auditCommands(admin: AdminCommand): void {
  const audit = admin.command('audit').description('who did what');

  audit
    .command('list')
    .description('entries of the audit trail, newest first')
    .option('--organization <name>', 'only what concerns this organization')
    .option('--user <name>', 'only what concerns this user')
    .option('--limit <number>', 'how many at most', count, 50)
    .answers(async ({ audit: trail, organizations, users }, { organization, user, limit }: Filter) => {
      const organizationId = organization && (await organizations.named(organization)).id;
      const userId = user && (await users.named(user)).id;
      return table((await trail.list({ organizationId, userId }, limit)).map(entryView));
    });
}
