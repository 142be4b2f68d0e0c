import { type Member, roles } from '../../organizations/member.entity.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { type Repository } from '../../organizations/repository.entity.js';
import { standingReasons, standingStates } from '../../organizations/standing.js';
import { type Standings } from '../../organizations/standings.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull, Time } from './time.js';
import { UserReference, userReference } from './user.view.js';
import { z } from 'zod';

const StandingState = z.enum(standingStates);
export const StandingShape = z
  .strictObject({
    state: StandingState,
    fetching: z.boolean(),
    publishing: z.boolean(),
    until: Time.nullable().meta({ description: 'When this changes by itself.' }),
    reason: z.enum(standingReasons).nullable().meta({ description: 'What brought it down; null where all is well.' }),
    next: z.strictObject({ state: StandingState, at: Time }).nullable(),
    message: z.string().nullable().meta({ description: 'The same for people.' }),
  })
  .meta({ id: 'Standing' });
export const OrganizationShape = z
  .strictObject({
    name: z.string(),
    billing_active: z.boolean().meta({ description: 'May it publish now? In a trial too.' }),
    standing: StandingShape,
    seats: z.int().nullable().meta({ description: 'How many members there may be; null: no limit.' }),
    inserted_at: Time,
    updated_at: Time,
  })
  .meta({ id: 'Organization' });
export const MemberShape = UserReference.extend({ role: z.enum(roles), inserted_at: Time }).meta({ id: 'Member' });
export const RepositoryShape = z
  .strictObject({ name: z.string(), public: z.boolean(), inserted_at: Time, updated_at: Time })
  .meta({ id: 'Repository' });

/** `billing_active` is what clients ask: may it publish now? During a trial too, unlike hex.pm's stored flag. */
export function organizationView(standings: Standings, organization: Organization) {
  const { state, fetching, publishing, until, reason, next } = standings.of(organization);
  return {
    name: organization.name,
    billing_active: publishing,
    standing: {
      ...{ state, fetching, publishing, until: isoOrNull(until), reason },
      next: next && { state: next.state, at: iso(next.at) },
      message: standings.message(organization),
    },
    seats: organization.seats,
    inserted_at: iso(organization.createdAt),
    updated_at: iso(organization.updatedAt),
  };
}

export const memberView = (urls: Urls, name: string, member: Member) => ({
  ...userReference(urls, name),
  role: member.role,
  inserted_at: iso(member.createdAt),
});

export const repositoryView = (repository: Repository) => ({
  name: repository.name,
  public: repository.organizationId === null,
  inserted_at: iso(repository.createdAt),
  updated_at: iso(repository.updatedAt),
});
