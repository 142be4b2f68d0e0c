import { Injectable } from '@nestjs/common';
import { Access } from '../../access/access.js';
import { type Action } from '../../access/table.js';
import { type Actor } from '../../audit/actor.js';
import { type User } from '../../accounts/user.entity.js';
import { isOrganizationName } from '../../hex/package-name.js';
import { type Role } from '../../organizations/member.entity.js';
import { Members } from '../../organizations/members.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { Organizations } from '../../organizations/organizations.js';
import { type Standing } from '../../organizations/standing.js';
import { Standings } from '../../organizations/standings.js';
import { DomainError } from '../../platform/errors.js';
import { Elsewhere, seeOther } from '../http/answers.js';
import { signedIn, sudo, type Visitor } from '../http/visitor.js';

/** An organization as somebody who belongs to it sees it. */
export interface Sight {
  readonly organization: Organization;
  readonly standing: Standing;
  /** Of the visitor. */
  readonly role: Role;
  readonly user: User;
  readonly actor: Actor;
}

/** What every page of an organization asks first: who is this, and may they? */
@Injectable()
export class OrganizationSights {
  constructor(
    private readonly access: Access,
    private readonly members: Members,
    private readonly organizations: Organizations,
    private readonly standings: Standings,
  ) {}

  see(visitor: Visitor, action: Action, name: string): Promise<Sight> {
    signedIn(visitor);
    return this.find(visitor, action, name);
  }

  /** For what changes something: with a recent proof of identity, or off to give one and back to `page`. */
  async change(visitor: Visitor, action: Action, name: string, page: string): Promise<Sight> {
    signedIn(visitor, page);
    // First whether they may at all: nobody proves who they are only to be turned away.
    const sight = await this.find(visitor, action, name);
    sudo(visitor, page);
    return sight;
  }

  private async find(visitor: Visitor, action: Action, name: string): Promise<Sight> {
    const { user, actor } = signedIn(visitor);
    if (!isOrganizationName(name)) throw new DomainError('not_found', 'not_found', 'Page not found');
    const organization = await this.asked(visitor, action, name);
    const role = await this.members.roleOf(organization.id, user.id);
    return { organization, standing: this.standings.of(organization), role: role!, user, actor };
  }

  private async asked(visitor: Visitor, action: Action, name: string): Promise<Organization> {
    try {
      return await this.access.organization(visitor.caller, action, name);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'not_found') await this.leadOn(visitor, name);
      throw error;
    }
  }

  /** Old links of a renamed organization lead its members to the new name; to others neither name exists. */
  private async leadOn(visitor: Visitor, name: string): Promise<void> {
    const renamed = visitor.method === 'GET' ? await this.organizations.formerly(name) : null;
    if (renamed === null || (await this.members.roleOf(renamed.id, visitor.user!.id)) === null) return;
    const rest = visitor.address.slice(`/orgs/${encodeURIComponent(name)}`.length);
    const note = { text: `${name} is now called ${renamed.name}.`, tone: 'good' } as const;
    throw new Elsewhere(seeOther(`/orgs/${encodeURIComponent(renamed.name)}${rest}`, note));
  }
}
