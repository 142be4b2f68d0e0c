import { type Email } from '../../accounts/email.entity.js';
import { type User } from '../../accounts/user.entity.js';
import { roles } from '../../organizations/member.entity.js';
import { type Urls } from '../../platform/urls.js';
import { iso, Time, Url } from './time.js';
import { z } from 'zod';

export const UserReference = z.strictObject({ username: z.string(), url: Url }).meta({ id: 'UserReference' });

/** What is not there is left out, never null. */
export const UserShape = UserReference.extend({
  full_name: z.string().optional(),
  email: z.string().optional().meta({ description: 'The address that the person shows to everybody.' }),
  handles: z.strictObject({}),
  packages: z
    .array(z.strictObject({ name: z.string(), repository: z.string(), url: Url, html_url: Url }))
    .meta({ description: 'Public packages that the person owns.' }),
  owned_packages: z.record(z.string(), Url).meta({ description: 'The same by name, for older clients.' }),
  inserted_at: Time,
  updated_at: Time,
}).meta({ id: 'User' });
export const Me = UserShape.extend({
  email: z.string().optional().meta({ description: 'The primary address.' }),
  organizations: z.array(z.strictObject({ name: z.string(), role: z.enum(roles) })),
}).meta({ id: 'Me' });
/** Whoever registers: everything once the link in the mail has been opened, until then what was asked for. */
export const Registered = z.union([
  UserShape,
  UserReference.extend({ email: z.string(), full_name: z.string().optional() }),
]);

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
