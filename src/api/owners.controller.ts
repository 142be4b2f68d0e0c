import { Body, Controller, Delete, Get, HttpCode, Param, Put, UseGuards, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type Repository } from '../organizations/repository.entity.js';
import { type NamedOwner, Owners } from '../packages/owners.js';
import { ownerLevels } from '../packages/package-owner.entity.js';
import { Packages } from '../packages/packages.js';
import { RolesAsOwners } from '../packages/roles-as-owners.js';
import { notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { Flag } from './http/input.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { OwnerShape, ownerView } from './views/package.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const PATH = 'packages/:name/owners';

interface PackagePath {
  /** Undefined: the public one. */
  readonly repository?: string;
  readonly name: string;
}
interface OwnerPath extends PackagePath {
  /** A name, or an address. */
  readonly user: string;
}

const Input = z
  .object({ level: z.enum(ownerLevels, { error: 'is invalid' }).default('full'), transfer: Flag.default(false) })
  .nullish()
  .transform((input) => input ?? { level: 'full' as const, transfer: false })
  .meta({ id: 'OwnerInput' });

/** Who owns a package: of the public repository by itself, of a private one by the roles of the organization's members. */
@Resource('Owners')
@Controller([`api/${PATH}`, `api/repos/:repository/${PATH}`])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class OwnersController {
  constructor(
    private readonly access: Access,
    private readonly packages: Packages,
    private readonly owners: Owners,
    private readonly roles: RolesAsOwners,
    private readonly urls: Urls,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Owners of a package',
    details: 'Of a private package the members who may write.',
    needs: 'package.read',
    answer: z.array(OwnerShape),
  })
  async list(@From() caller: Caller, @Param() path: PackagePath) {
    return (await this.ownersOf(caller, path)).map((owner) => ownerView(this.urls, owner));
  }

  @Get(':user')
  @Endpoint({ summary: 'An owner', needs: 'package.read', answer: OwnerShape })
  async show(@From() caller: Caller, @Param() path: OwnerPath) {
    const owner = (await this.ownersOf(caller, path)).find(isCalled(path.user));
    if (owner === undefined) throw notFound(`owner ${path.user}`);
    return ownerView(this.urls, owner);
  }

  @Put(':user')
  @HttpCode(204)
  @Endpoint({
    summary: 'Add an owner, change the level, or hand the package over',
    needs: 'owners.manage',
    answer: null,
  })
  async set(@From() caller: Caller, @Param() path: OwnerPath, @Body({ schema: Input }) input: z.infer<typeof Input>) {
    const repository = await this.managed(caller, path);
    const { level, transfer } = input;
    if (repository.organizationId !== null)
      return transfer ? this.roles.cannotTransfer(repository) : this.roles.mustBe(repository, path.user, level);
    const { name } = path;
    const organization = transfer ? await this.owners.organization(caller.actor, path.user) : null;
    if (organization !== null)
      return this.owners.transferToOrganization(caller.actor, { repository, name, organization });
    const of = { repository, name, user: await this.owners.person(path.user) };
    await (transfer ? this.owners.transfer(caller.actor, of) : this.owners.set(caller.actor, of, level));
  }

  @Delete(':user')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove an owner', needs: 'owners.manage', answer: null })
  async remove(@From() caller: Caller, @Param() path: OwnerPath) {
    const repository = await this.managed(caller, path);
    if (repository.organizationId !== null) return this.roles.cannotRemove(repository, path.user);
    // Also one whose account is closed, and whom nobody could be made any more.
    const owner = (await this.ownersOf(caller, path)).find(isCalled(path.user));
    if (owner?.userId === null) return this.owners.removeOrganization(caller.actor, { repository, name: path.name });
    const user = owner === undefined ? await this.owners.person(path.user) : { ...owner, id: owner.userId };
    await this.owners.remove(caller.actor, { repository, name: path.name, user });
  }

  private async ownersOf(caller: Caller, path: PackagePath): Promise<NamedOwner[]> {
    const { repository } = await this.access.repository(caller, 'package.read', path.repository, path.name);
    return this.owners.answering(repository, await this.existing(repository, path));
  }

  private async managed(caller: Caller, path: PackagePath): Promise<Repository> {
    // What is not in the public repository is no secret, and nobody's: told before anybody is sent to log in for it.
    if (path.repository === undefined) await this.ownersOf(caller, path);
    const { repository } = await this.access.repository(caller, 'owners.manage', path.repository, path.name);
    await this.existing(repository, path);
    return repository;
  }

  private async existing(repository: Repository, { name }: PackagePath) {
    const pkg = await this.packages.find(repository, name);
    if (pkg === null) throw notFound(`package ${name}`);
    return pkg;
  }
}

const isCalled = (login: string) => (owner: NamedOwner) =>
  [owner.name, owner.email?.toLowerCase()].includes(login.toLowerCase());
