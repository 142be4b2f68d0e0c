import { Accounts0001 } from './0001-accounts.js';
import { Organizations0002 } from './0002-organizations.js';
import { Packages0003 } from './0003-packages.js';
import { Registry0004 } from './0004-registry.js';
import { Sessions0005 } from './0005-sessions.js';
import { Mails0006 } from './0006-mails.js';
import { SignIn0007 } from './0007-sign-in.js';
import { OrganizationLife0008 } from './0008-organization-life.js';
import { OAuth0009 } from './0009-oauth.js';
import { PackagePages0010 } from './0010-package-pages.js';
import { Billing0011 } from './0011-billing.js';
import { PackageApi0012 } from './0012-package-api.js';
import { OrganizationOwners0013 } from './0013-organization-owners.js';
import { Policies0014 } from './0014-policies.js';
import { Advisories0015 } from './0015-advisories.js';
import { WriteProofs0016 } from './0016-write-proofs.js';
import { SearchFilters0017 } from './0017-search-filters.js';
import { FeedRefreshes0018 } from './0018-feed-refreshes.js';
import { ListedPackages0019 } from './0019-listed-packages.js';

/**
 * The ordered list of schema changes. Forward only: a released migration is never edited, and each must let the previous
 * version of the code keep running (expand first, contract in a later release).
 */
export const migrations = [
  ...[Accounts0001, Organizations0002, Packages0003, Registry0004],
  Sessions0005,
  Mails0006,
  SignIn0007,
  OrganizationLife0008,
  OAuth0009,
  PackagePages0010,
  Billing0011,
  PackageApi0012,
  OrganizationOwners0013,
  Policies0014,
  Advisories0015,
  WriteProofs0016,
  SearchFilters0017,
  FeedRefreshes0018,
  ListedPackages0019,
];
