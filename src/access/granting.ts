import { Injectable } from '@nestjs/common';
import { MAX_PERMISSIONS } from '../accounts/keys.js';
import { type Permission } from '../accounts/permissions.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { Access } from './access.js';
import { type Caller } from './callers.js';

/** What may be written onto a key: names only of what its owner can reach. */
@Injectable()
export class Granting {
  constructor(private readonly access: Access) {}

  /**
   * `organization`: the owner of the key to be; undefined for the caller's own. What does not exist and what is not theirs
   * look alike.
   */
  async mustBeTheirs(
    caller: Caller,
    organization: string | undefined,
    permissions: readonly Permission[],
  ): Promise<void> {
    if (permissions.length > MAX_PERMISSIONS)
      throw invalidFields({ permissions: `at most ${MAX_PERMISSIONS} can be given` });
    const reachable = organization === undefined ? await this.access.organizationNames(caller) : [organization];
    for (const { domain, resource } of permissions) {
      if (resource === null || domain === 'api' || domain === 'repositories') continue;
      const [repository = '', name] = resource.split('/');
      const theirs =
        reachable.includes(repository) || (domain === 'package' && (await this.ownsPublic(caller, repository, name)));
      if (theirs) continue;
      const what = domain === 'package' ? 'package' : 'repository';
      throw invalidFields({ permissions: { resource: `you do not have access to this ${what}` } });
    }
  }

  private async ownsPublic(caller: Caller, repository: string, name: string | undefined): Promise<boolean> {
    try {
      const everything = { ...caller, permissions: [{ domain: 'api', resource: null } as const] };
      return (await this.access.repository(everything, 'package.publish', repository, name)).organization === null;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }
}
