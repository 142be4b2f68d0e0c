import { Get, Query } from '@nestjs/common';
import { Audit } from '../../audit/audit.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { activityPage } from './activity.page.js';

const PAGE = 30;

@Pages('account/activity')
export class ActivityController {
  constructor(private readonly audit: Audit) {}

  @Get()
  async show(@Visiting() visitor: Visitor, @Query('before') before: unknown): Promise<Answer> {
    const { user } = signedIn(visitor);
    const from = typeof before === 'string' && /^\d{1,18}$/.test(before) ? before : null;
    const found = await this.audit.ofUser(user.id, from, PAGE + 1);
    const entries = found.slice(0, PAGE);
    const older = found.length > PAGE ? paths.olderActivity(entries.at(-1)!.id) : undefined;
    return html(activityPage(visitor, { user, entries, older, newest: from === null ? undefined : paths.activity }));
  }
}
