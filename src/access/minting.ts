import { Inject, Injectable } from '@nestjs/common';
import { narrowed, type Permission } from '../accounts/permissions.js';
import { CONFIG, type Config } from '../platform/config.js';
import { Access } from './access.js';
import { type Caller } from './callers.js';
import { ruleOf } from './table.js';

/** The scope of a token to be. */
export interface Mintable {
  readonly granted: readonly Permission[];
  /** What would have been granted, did the organization's standing allow its use. */
  readonly withheld: readonly Permission[];
}

/**
 * What may be written into a token: what was asked, as far as the key or grant behind it carries it, and as far as it can be
 * used at this moment. `repositories` becomes one scope per organization, so a token does not reach what is joined later;
 * and what the caller cannot fetch from now, as no member or because of the organization's standing, is left out. A proxy
 * that believes the scope (decision 5) then lets nobody through whom we would not.
 *
 * Nothing left is an empty scope and no error: a failed exchange makes mix hang for a minute (hex-protocol.md 4.3), and a
 * failed refresh ends the login of somebody who has done nothing wrong. What the standing alone keeps back is named in the
 * token, so that a fetch is still told of the standing in words. API and package scopes stay: reading, and warning of a bad
 * release, are open on every step of the ladder.
 */
@Injectable()
export class Minting {
  constructor(
    private readonly access: Access,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** `asked` undefined: all that is behind it. */
  async scope(caller: Caller, asked: readonly Permission[] | undefined): Promise<Mintable> {
    const carried = asked === undefined ? caller.permissions : narrowed(asked, caller.permissions);
    const standings = await this.fetchable(caller);
    const all = expanded(carried, [...standings.keys()]);
    const opens = (one: Permission): boolean | undefined => (isFetching(one) ? standings.get(one.resource!) : true);
    const isPublic = ({ resource }: Permission) => resource !== null && resource === this.config.publicRepository;
    return {
      granted: all.filter((one) => opens(one) === true || (isFetching(one) && isPublic(one))),
      withheld: all.filter((one) => opens(one) === false),
    };
  }

  /** The organizations from which the caller may fetch, and whether their standing allows it. */
  private async fetchable(caller: Caller): Promise<ReadonlyMap<string, boolean>> {
    const memberships = await this.access.memberships(caller);
    const readers = memberships.filter(({ role }) => ruleOf('repository.fetch').roles.includes(role));
    return new Map(readers.map(({ organization, standing }) => [organization.name, standing.fetching]));
  }
}

const isFetching = ({ domain }: Permission): boolean => domain === 'repository' || domain === 'docs';

function expanded(permissions: readonly Permission[], names: readonly string[]): readonly Permission[] {
  if (!permissions.some(({ domain }) => domain === 'repositories')) return permissions;
  const each = names.map((name): Permission => ({ domain: 'repository', resource: name }));
  return [...permissions.filter(({ domain }) => domain !== 'repositories' && domain !== 'repository'), ...each];
}
