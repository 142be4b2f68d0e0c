import { type INestApplicationContext } from '@nestjs/common';
import { Advisories } from '../../advisories/advisories.js';
import { Importing } from '../../advisories/importing.js';
import { readSource } from '../../advisories/sources.js';
import { Keys } from '../../accounts/keys.js';
import { PasswordChanges } from '../../accounts/password-changes.js';
import { OAuthClients } from '../../accounts/oauth-clients.js';
import { Users } from '../../accounts/users.js';
import { Audit } from '../../audit/audit.js';
import { BillingRecords } from '../../billing/billing-records.js';
import { Gateway } from '../../billing/gateway.js';
import { Overviews } from '../../billing/overview.js';
import { Reconciling } from '../../billing/reconciling.js';
import { Subscriptions } from '../../billing/subscriptions.js';
import { Members } from '../../organizations/members.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { Organizations } from '../../organizations/organizations.js';
import { Standings } from '../../organizations/standings.js';
import { Packages } from '../../packages/packages.js';
import { Releases } from '../../packages/releases.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { Rebuilding } from '../../registry/rebuilding.js';
import { Emptying } from '../emptying.js';
import { SigningKey } from '../../registry/signing-key.js';

/** What commands work with. They know it by type only, so that help does not wait for the whole product to load. */
export function roomsOf(app: INestApplicationContext) {
  const standings = app.get(Standings);
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
    rebuilding: app.get(Rebuilding),
    advisories: app.get(Advisories),
    importing: app.get(Importing),
    readAdvisories: readSource,
    signingKey: app.get(SigningKey),
    emptying: app.get(Emptying),
    billing: {
      mode: app.get<Config>(CONFIG).billing.mode,
      gateway: app.get(Gateway),
      overviews: app.get(Overviews),
      records: app.get(BillingRecords),
      reconciling: app.get(Reconciling),
      subscriptions: app.get(Subscriptions),
    },
    standing: (organization: Organization) => standings.of(organization),
  };
}

export type Rooms = ReturnType<typeof roomsOf>;
