import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { Keys } from '../../accounts/keys.js';
import { type Permission } from '../../accounts/permissions.js';
import { type User } from '../../accounts/user.entity.js';
import { Users } from '../../accounts/users.js';
import { type Actor } from '../../audit/actor.js';
import { type Role } from '../../organizations/member.entity.js';
import { Members } from '../../organizations/members.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { Organizations } from '../../organizations/organizations.js';
import { Publishing } from '../../packages/publishing.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { Registry } from '../../registry/registry.js';
import { demoTarball } from './demo-package.js';

export const DEMO_ORGANIZATION = 'acme';

/** Who is in the demo organization: a name for each role. */
export const demoPeople = { ada: 'admin', wim: 'write', rea: 'read' } as const satisfies Record<string, Role>;
type Person = keyof typeof demoPeople;

/** What is printed at start. Secrets are nowhere else in clear, so this is kept in a file of the data directory. */
export interface DemoNotes {
  done: boolean;
  passwords: Record<Person, string>;
  /** The organization's key for CI: may fetch from acme. */
  fetchKey?: string;
  /** A key of `wim`: may publish. */
  publishKey?: string;
}

const DEMO: Actor = { kind: 'system', name: 'demo' };

/**
 * Fills an empty installation with an organization to try things with, by the same verbs that people use. Runs once: when
 * the notes say that it is done nothing is touched again. Killed half way it goes on where it was.
 */
@Injectable()
export class Demo {
  private readonly path: string;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly users: Users,
    private readonly organizations: Organizations,
    private readonly members: Members,
    private readonly keys: Keys,
    private readonly publishing: Publishing,
    private readonly registry: Registry,
  ) {
    this.path = join(config.dataDir, 'demo.json');
  }

  async ensure(): Promise<DemoNotes> {
    const notes = (await this.read()) ?? { done: false, passwords: newPasswords() };
    // After a change of database the notes speak of another one's keys.
    if (notes.done && (await this.organizations.byName(DEMO_ORGANIZATION)) !== null) return this.withoutDeadKeys(notes);
    if (notes.done) Object.assign(notes, { done: false, fetchKey: undefined, publishKey: undefined });
    await this.write(notes);
    const organization = await this.people(notes);
    await this.secrets(notes, organization);
    await this.package();
    notes.done = true;
    await this.write(notes);
    return notes;
  }

  /** What is printed must work: a key that was revoked meanwhile is said to be. */
  private async withoutDeadKeys(notes: DemoNotes): Promise<DemoNotes> {
    const alive = async (secret = '') =>
      (await this.keys.bySecret(secret))?.revokedAt === null ? secret : '(revoked)';
    return { ...notes, fetchKey: await alive(notes.fetchKey), publishKey: await alive(notes.publishKey) };
  }

  private async people({ passwords }: DemoNotes): Promise<Organization> {
    const ada = await this.person('ada', passwords);
    const organization =
      (await this.organizations.byName(DEMO_ORGANIZATION)) ??
      (await this.organizations.create(DEMO, DEMO_ORGANIZATION, ada));
    for (const name of ['wim', 'rea'] as const) {
      const user = await this.person(name, passwords);
      if ((await this.members.roleOf(organization.id, user.id)) === null)
        await this.members.add(DEMO, organization, user, demoPeople[name]);
    }
    return organization;
  }

  private async person(name: Person, passwords: DemoNotes['passwords']): Promise<User> {
    const user = await this.users.byName(name);
    if (user !== null) return user;
    return this.users.create(DEMO, { name, email: `${name}@acme.example`, password: passwords[name], verified: true });
  }

  private async secrets(notes: DemoNotes, organization: Organization): Promise<void> {
    const wim = await this.users.named('wim');
    const make = async (owner: { userId: string } | { organizationId: string }, name: string, permission: Permission) =>
      (await this.keys.create(DEMO, owner, { name, permissions: [permission] })).secret;
    const fetch = { domain: 'repository', resource: DEMO_ORGANIZATION } as const;
    notes.fetchKey ??= await make({ organizationId: organization.id }, 'ci', fetch);
    notes.publishKey ??= await make({ userId: wim.id }, 'publish', { domain: 'api', resource: 'write' });
    await this.write(notes);
  }

  private async package(): Promise<void> {
    const repository = (await this.organizations.repository(DEMO_ORGANIZATION))!;
    const upload = await this.publishing.open(Readable.from([await demoTarball()]));
    try {
      const { state } = await this.publishing.publish(DEMO, repository, upload, false);
      await this.registry.untilVisible(state, 10_000);
    } finally {
      await upload.discard();
    }
  }

  private async read(): Promise<DemoNotes | undefined> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as DemoNotes);
  }

  private async write(notes: DemoNotes): Promise<void> {
    await writeFile(`${this.path}.new`, `${JSON.stringify(notes, null, 2)}\n`, { mode: 0o600 });
    await rename(`${this.path}.new`, this.path);
  }
}

function newPasswords(): DemoNotes['passwords'] {
  const password = () => randomBytes(9).toString('base64url');
  return { ada: password(), wim: password(), rea: password() };
}
