import { type INestApplicationContext } from '@nestjs/common';
import { Keys } from '../../accounts/keys.js';
import { PasswordChanges } from '../../accounts/password-changes.js';
import { OAuthClients } from '../../accounts/oauth-clients.js';
import { Users } from '../../accounts/users.js';
import { Audit } from '../../audit/audit.js';
import { Members } from '../../organizations/members.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { Organizations } from '../../organizations/organizations.js';
import { standingOf } from '../../organizations/standing.js';
import { Packages } from '../../packages/packages.js';
import { Releases } from '../../packages/releases.js';
import { Clock } from '../../platform/clock.js';
import { Registry } from '../../registry/registry.js';
import { SigningKey } from '../../registry/signing-key.js';

/** What commands work with. They know it by type only, so that help does not wait for the whole product to load. */
export function roomsOf(app: INestApplicationContext) {
  const clock = app.get(Clock);
  return {
    audit: app.get(Audit),
    users: app.get(Users),
    passwords: app.get(PasswordChanges),
    keys: app.get(Keys),
    oauthClients: app.get(OAuthClients),
    organizations: app.get(Organizations),
    members: app.get(Members),
    packages: app.get(Packages),
    releases: app.get(Releases),
    registry: app.get(Registry),
    signingKey: app.get(SigningKey),
    standing: (organization: Organization) => standingOf(organization, clock.now()),
  };
}

export type Rooms = ReturnType<typeof roomsOf>;
