import { Accounts0001 } from './0001-accounts.js';
import { Organizations0002 } from './0002-organizations.js';
import { Packages0003 } from './0003-packages.js';
import { Registry0004 } from './0004-registry.js';
import { Sessions0005 } from './0005-sessions.js';

/**
 * The ordered list of schema changes. Forward only: a released migration is never edited, and each must let the previous
 * version of the code keep running (expand first, contract in a later release).
 */
export const migrations = [...[Accounts0001, Organizations0002, Packages0003, Registry0004], Sessions0005];
