import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type User } from '../accounts/user.entity.js';
import { Users } from '../accounts/users.js';
import { Organizations } from '../organizations/organizations.js';
import { Packages } from '../packages/packages.js';
import { notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { type SeenPackage, userView } from './views/user.view.js';

@Controller('api/users')
@UseGuards(AuthenticationGuard)
export class UsersController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly organizations: Organizations,
    private readonly packages: Packages,
    private readonly urls: Urls,
  ) {}

  /** mix asks for it before each publish. `organizations` must be there (hex-protocol.md 3.2). */
  @Get('me')
  async me(@From() caller: Caller) {
    const { userId, name } = this.access.account(caller, 'read');
    const [user, memberships, emails] = await Promise.all([
      this.users.named(name),
      this.organizations.ofUser(userId),
      this.users.emails(userId),
    ]);
    const primary = emails.find((email) => email.isPrimary);
    return {
      ...userView(this.urls, user, emails, await this.ownedPackages(user)),
      ...(primary === undefined ? {} : { email: primary.address }),
      organizations: memberships.map(({ organization, role }) => ({ name: organization.name, role })),
    };
  }

  /** Where there is nothing public, strangers do not learn who is here either, nor members who is in other organizations. */
  @Get(':name')
  async show(@From() caller: Caller, @Param('name') name: string) {
    const stranger = caller.actor.kind === 'anonymous' && (await this.organizations.publicRepository()) === null;
    const user = stranger ? null : await this.users.byName(name);
    if (user === null || user.deactivatedAt !== null || !(await this.access.acquaintance(caller, user.id)).may)
      throw notFound(`user ${name}`);
    return userView(this.urls, user, await this.users.emails(user.id), await this.ownedPackages(user));
  }

  /** Old scripts ask it whether a credential works. */
  @Get(':name/test')
  async test(@From() caller: Caller, @Param('name') name: string) {
    this.access.credential(caller, { domain: 'api', resource: 'read' });
    return this.show(caller, name);
  }

  /** Only public packages have owners, so everybody may see these. */
  private async ownedPackages(user: User): Promise<SeenPackage[]> {
    const owned = await this.packages.ownedBy(user.id);
    const repository = owned.length > 0 ? await this.organizations.publicRepository() : null;
    return repository === null
      ? []
      : owned.map(({ name }) => ({ name, scope: undefined, repository: repository.name }));
  }
}
