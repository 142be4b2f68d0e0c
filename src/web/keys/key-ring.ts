import { type Role } from '../../organizations/member.entity.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { type Standing } from '../../organizations/standing.js';

/** Whose keys a page is about. */
export interface KeyRing {
  /** Undefined: the visitor's own. */
  readonly organization?: Organization;
  /** Of the visitor in that organization. */
  readonly role?: Role;
  readonly standing?: Standing;
  /** Names of the organizations its keys can fetch from. */
  readonly sources: readonly string[];
}
