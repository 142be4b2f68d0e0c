import { Get, Param } from '@nestjs/common';
import { type User } from '../../accounts/user.entity.js';
import { Users } from '../../accounts/users.js';
import { type Membership, Organizations } from '../../organizations/organizations.js';
import { type Repository } from '../../organizations/repository.entity.js';
import { Searching } from '../../packages/searching.js';
import { notFound } from '../../platform/errors.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { personPage } from './person.page.js';

/**
 * A person, as others may know them: to those who share an organization with them, and to everybody where there is a public
 * repository, whose publishers are no secret. Somebody whom the visitor may not see is like nobody.
 */
@Pages('users')
export class PersonController {
  constructor(
    private readonly users: Users,
    private readonly organizations: Organizations,
    private readonly searching: Searching,
  ) {}

  @Get(':name')
  async show(@Visiting() visitor: Visitor, @Param('name') name: string): Promise<Answer> {
    const [person, open] = await Promise.all([this.users.byName(name), this.organizations.publicRepository()]);
    const common = person === null ? [] : await this.inCommon(visitor.user, person);
    const isSeen = person !== null && (open !== null || person.id === visitor.user?.id || common.length > 0);
    if (!isSeen || person.deactivatedAt !== null || person.deletedAt !== null) throw notFound('page');
    const [emails, packages] = await Promise.all([this.users.emails(person.id), this.packagesOf(person, open)]);
    const email = emails.find((one) => one.isPublic && one.verifiedAt !== null)?.address;
    return html(personPage(visitor, { person, email, common, packages, hasPublic: open !== null }));
  }

  /** Organizations both belong to, with the person's role in them. */
  private async inCommon(visitor: User | null, person: User): Promise<Membership[]> {
    if (visitor === null) return [];
    const [theirs, mine] = await Promise.all([
      this.organizations.ofUser(person.id),
      this.organizations.ofUser(visitor.id),
    ]);
    const shared = new Set(mine.map(({ organization }) => organization.id));
    return theirs.filter(({ organization }) => shared.has(organization.id));
  }

  private async packagesOf(person: User, open: Repository | null) {
    return open === null ? [] : this.searching.ownedBy(person.id, open.id);
  }
}
