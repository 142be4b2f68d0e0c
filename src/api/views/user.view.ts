import { type Email } from '../../accounts/email.entity.js';
import { type User } from '../../accounts/user.entity.js';
import { type Urls } from '../../platform/urls.js';
import { iso } from './time.js';

/** What the name of somebody is a link to. */
export const userReference = (urls: Urls, name: string) => ({ username: name, url: urls.user(name) });

export interface SeenPackage {
  readonly name: string;
  /** Undefined: the public repository. */
  readonly scope: string | undefined;
  /** The repository's name as the API gives it. */
  readonly repository: string;
}

/** Absent values are left out instead of null: rebar3_hex crashes on a null full name or e-mail (hex-protocol.md 3.2). */
export function userView(urls: Urls, user: User, emails: readonly Email[], packages: readonly SeenPackage[]) {
  const shown = emails.find((email) => email.isPublic && email.verifiedAt !== null);
  return {
    ...userReference(urls, user.name),
    ...(user.fullName === null ? {} : { full_name: user.fullName }),
    ...(shown === undefined ? {} : { email: shown.address }),
    handles: {},
    packages: packages.map(({ name, scope, repository }) => ({
      name,
      repository,
      url: urls.package(scope, name),
      html_url: urls.packagePage(scope, name),
    })),
    owned_packages: Object.fromEntries(packages.map(({ name, scope }) => [name, urls.package(scope, name)])),
    inserted_at: iso(user.createdAt),
    updated_at: iso(user.updatedAt),
  };
}
