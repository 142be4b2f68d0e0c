import { Get, Param } from '@nestjs/common';
import { Access } from '../../access/access.js';
import { type User } from '../../accounts/user.entity.js';
import { Users } from '../../accounts/users.js';
import { Organizations } from '../../organizations/organizations.js';
import { type Repository } from '../../organizations/repository.entity.js';
import { Searching } from '../../packages/searching.js';
import { notFound } from '../../platform/errors.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { personPage } from './person.page.js';

/** A person, as others may know them (`access.acquaintance`). Somebody whom the visitor may not see is like nobody. */
@Pages('users')
export class PersonController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly organizations: Organizations,
    private readonly searching: Searching,
  ) {}

  @Get(':name')
  async show(@Visiting() visitor: Visitor, @Param('name') name: string): Promise<Answer> {
    const person = await this.users.byName(name);
    if (person === null || person.deactivatedAt !== null) throw notFound('page');
    const { may, common } = await this.access.acquaintance(visitor.caller, person.id);
    if (!may) throw notFound('page');
    const open = await this.organizations.publicRepository();
    const [emails, packages] = await Promise.all([this.users.emails(person.id), this.packagesOf(person, open)]);
    const email = emails.find((one) => one.isPublic && one.verifiedAt !== null)?.address;
    return html(personPage(visitor, { person, email, common, packages, hasPublic: open !== null }));
  }

  private async packagesOf(person: User, open: Repository | null) {
    return open === null ? [] : this.searching.ownedBy(person.id, open.id);
  }
}
