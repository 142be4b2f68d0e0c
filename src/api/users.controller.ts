import { Body, Controller, Get, HttpCode, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { PasswordResets } from '../accounts/password-resets.js';
import { Registrations } from '../accounts/registrations.js';
import { type User } from '../accounts/user.entity.js';
import { Users } from '../accounts/users.js';
import { Organizations } from '../organizations/organizations.js';
import { Packages } from '../packages/packages.js';
import { notFound } from '../platform/errors.js';
import { originOf } from '../platform/http/origin.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { Me, Registered, type SeenPackage, userReference, UserShape, userView } from './views/user.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const filled = (most: number) => z.string().min(1, "can't be blank").max(most, `should be at most ${most} characters`);
const address = filled(254).transform((typed) => typed.trim());
/** `email` is what clients send; hex.pm takes a list as well, of which the first is the primary one. */
const NewUserInput = z
  .object({
    username: filled(64).transform((typed) => typed.trim().toLowerCase()),
    full_name: z.string().max(100, 'should be at most 100 characters').nullish(),
    password: filled(512),
    email: address.optional(),
    emails: z
      .array(z.object({ email: address }))
      .max(1, 'give one, more can be added later')
      .optional(),
  })
  .refine(({ email, emails }) => (email ?? emails?.[0]) !== undefined, { path: ['email'], error: "can't be blank" })
  .meta({ id: 'NewUserInput' });

@Resource('People')
@Controller('api/users')
@UseGuards(AuthenticationGuard)
export class UsersController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly registrations: Registrations,
    private readonly resets: PasswordResets,
    private readonly organizations: Organizations,
    private readonly packages: Packages,
    private readonly urls: Urls,
  ) {}

  /** mix asks for it before each publish. `organizations` must be there (hex-protocol.md 3.2). */
  @Get('me')
  @Endpoint({ summary: 'Yourself', needs: 'account.read', answer: Me })
  async me(@From() caller: Caller) {
    const { userId, name } = await this.access.account(caller, 'read');
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

  /** The account begins once the link in the mail has been opened (`accounts/registrations`); until then its URL finds nothing. */
  @Post()
  @Endpoint({
    summary: 'Register',
    details: 'The account begins once the link in the mail has been opened.',
    needs: 'nothing',
    answer: Registered,
  })
  async register(
    @Body({ schema: NewUserInput }) { username, full_name, password, email, emails }: z.infer<typeof NewUserInput>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const asked = {
      name: username,
      address: email ?? emails![0]!.email,
      password,
      fullName: full_name?.trim() || undefined,
    };
    const user = await this.registrations.register(originOf(request), asked);
    void reply.header('location', this.urls.user(username)).header('cache-control', 'no-store');
    if (user !== null) return userView(this.urls, user, await this.users.emails(user.id), []);
    const { fullName } = asked;
    return { ...userReference(this.urls, username), email: asked.address, ...(fullName && { full_name: fullName }) };
  }

  /** Whether or not there is anybody of that name; only the mail tells. */
  @Post(':name/reset')
  @HttpCode(204)
  @Endpoint({
    summary: 'Ask for a mail to set a new password',
    details: 'Answers the same whether or not there is anybody of that name.',
    needs: 'nothing',
    answer: null,
  })
  async reset(@Param('name') name: string, @Req() request: FastifyRequest) {
    await this.resets.ask(originOf(request), name);
  }

  /** Where there is nothing public, strangers do not learn who is here either, nor members who is in other organizations. */
  @Get(':name')
  @Endpoint({ summary: 'A person', needs: 'anyone', answer: UserShape })
  async show(@From() caller: Caller, @Param('name') name: string) {
    const stranger = caller.actor.kind === 'anonymous' && (await this.organizations.publicRepository()) === null;
    const user = stranger ? null : await this.users.byName(name);
    if (user === null || user.deactivatedAt !== null || !(await this.access.acquaintance(caller, user.id)).may)
      throw notFound(`user ${name}`);
    return userView(this.urls, user, await this.users.emails(user.id), await this.ownedPackages(user));
  }

  /** Old scripts ask it whether a credential works. */
  @Get(':name/test')
  @Endpoint({
    summary: 'A person, where the credential works',
    details: 'For old scripts.',
    needs: 'credential',
    answer: UserShape,
  })
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
