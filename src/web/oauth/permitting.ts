import { Injectable } from '@nestjs/common';
import { Access } from '../../access/access.js';
import { type Permission } from '../../accounts/permissions.js';
import { WriteProofs } from '../../accounts/write-proofs.js';
import { signedIn, type Visitor } from '../http/visitor.js';
import { type Asked } from './consent.js';

/** What a person needs to know, and we of them, before a program is allowed something. */
@Injectable()
export class Permitting {
  constructor(
    private readonly access: Access,
    private readonly proofs: WriteProofs,
  ) {}

  /** Who has a second factor proves by nothing less that it is them, so a recent proof (`sudo`) was by it. */
  async asked(visitor: Visitor, permissions: readonly Permission[]): Promise<Asked> {
    const { user } = signedIn(visitor);
    const organizations = await this.access.organizationNames(visitor.caller);
    return { permissions, organizations, mayWrite: await this.proofs.possible(user.id) };
  }
}
