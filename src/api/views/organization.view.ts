import { type Member } from '../../organizations/member.entity.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { type Repository } from '../../organizations/repository.entity.js';
import { type Standings } from '../../organizations/standings.js';
import { type Urls } from '../../platform/urls.js';
import { iso, isoOrNull } from './time.js';
import { userReference } from './user.view.js';

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
