import { Body, Get, Param, Post } from '@nestjs/common';
import { Access } from '../../access/access.js';
import { Granting } from '../../access/granting.js';
import { type KeyOwner, Keys } from '../../accounts/keys.js';
import { Organizations } from '../../organizations/organizations.js';
import { notFound } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, sudo, type Visitor, Visiting } from '../http/visitor.js';
import { expiryOf, KeyForm, permissionsOf } from './key-form.js';
import { keyLines } from './key-lines.js';
import { type KeyRing } from './key-ring.js';
import { KeysPlace } from './keys-place.js';
import { keysPage, newKeyPage } from './keys.page.js';

/** The keys of a person under `/account/keys`, of an organization under `/orgs/ORG/keys`: the same pages. */
@Pages('account/keys', 'orgs/:organization/keys')
export class KeysController {
  constructor(
    private readonly access: Access,
    private readonly granting: Granting,
    private readonly keys: Keys,
    private readonly organizations: Organizations,
    private readonly place: KeysPlace,
  ) {}

  @Get()
  async list(@Visiting() visitor: Visitor, @Param('organization') name?: string): Promise<Answer> {
    signedIn(visitor);
    return this.show(visitor, await this.ring(visitor, 'keys.read', name), emptyForm);
  }

  /** The secret stands on the page that answers, and nowhere else; so this one does not redirect. */
  @Post()
  async create(
    @Visiting() visitor: Visitor,
    @Body() body: unknown,
    @Param('organization') name?: string,
  ): Promise<Answer> {
    const { actor } = sudo(visitor, paths.keysOf(name));
    const ring = await this.ring(visitor, 'keys.manage', name);
    return submit(
      KeyForm,
      body,
      async (input) => {
        const permissions = permissionsOf(input, ring.organization?.name);
        await this.granting.mustBeTheirs(visitor.caller, ring.organization?.name, permissions);
        const expiresAt = expiryOf(input, visitor.now);
        const wanted = { name: input.name, permissions, expiresAt };
        const made = await this.keys.create(actor, this.ownerOf(visitor, ring), wanted, async (tx) => {
          if (ring.organization) await this.access.holdMember(tx, actor, 'keys.manage', ring.organization.id);
        });
        const source = ring.organization?.name ?? (input.from || (ring.sources[0] ?? 'ORGANIZATION'));
        const lines = keyLines(made.secret, permissions, source, this.place.ofKeys());
        return html(newKeyPage(visitor, ring, { ...made, lines }));
      },
      (form) => this.show(visitor, ring, form),
    );
  }

  @Post(':id/revoke')
  async revoke(
    @Visiting() visitor: Visitor,
    @Param('id') id: string,
    @Param('organization') name?: string,
  ): Promise<Answer> {
    const { actor } = signedIn(visitor, paths.keysOf(name));
    const ring = await this.ring(visitor, 'keys.manage', name);
    const owner = this.ownerOf(visitor, ring);
    const key = (await this.keys.list(owner)).find((one) => one.id === id);
    if (key === undefined) throw notFound('key');
    await this.keys.revoke(actor, owner, key.name);
    return seeOther(paths.keysOf(name), `Key “${key.name}” has been revoked. Nothing can use it any more.`);
  }

  private async show(visitor: Visitor, ring: KeyRing, form: FormState) {
    return html(keysPage(visitor, ring, await this.keys.list(this.ownerOf(visitor, ring)), form));
  }

  private ownerOf(visitor: Visitor, { organization }: KeyRing): KeyOwner {
    return organization === undefined ? { userId: signedIn(visitor).user.id } : { organizationId: organization.id };
  }

  /** Whose keys these are, and from where they can fetch. */
  private async ring(visitor: Visitor, action: 'keys.read' | 'keys.manage', name?: string): Promise<KeyRing> {
    const { user } = signedIn(visitor, paths.keysOf(name));
    const memberships = await this.organizations.ofUser(user.id);
    if (name === undefined) {
      const readable = memberships.filter(({ role }) => role !== 'billing');
      return { sources: readable.map(({ organization }) => organization.name) };
    }
    const organization = await this.access.organization(visitor.caller, action, name);
    const { role, standing } = memberships.find((one) => one.organization.id === organization.id)!;
    return { organization, role, standing, sources: [organization.name] };
  }
}
