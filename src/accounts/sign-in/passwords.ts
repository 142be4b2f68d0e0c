import { Inject, Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { type Origin } from '../../audit/actor.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { DomainError } from '../../platform/errors.js';
import { isBreached } from './breached-passwords.js';
import { Lanes } from './lanes.js';
import { networkOf } from '../places.js';

/** OWASP's first recommendation for argon2id (2024): 19 MiB, two passes, one lane; about 0.1 s. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const LEAST = 8;

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** What a password may be. The upper bound keeps hashing from being a way to burn our processor. */
export async function passwordProblem(password: string, owner?: PasswordOwner): Promise<string | null> {
  const problem = lengthProblem(password);
  if (problem !== null) return problem;
  if (await isBreached(password)) return 'is one of those that attackers try first, please choose another one';
  if (owner !== undefined && namesOf(owner).some((name) => leansOn(password.toLowerCase(), name)))
    return 'must not contain the user name or e-mail address';
  return null;
}

function lengthProblem(password: string): string | null {
  if (password.length < LEAST) return `must be at least ${LEAST} characters`;
  return password.length > 512 ? 'must be at most 512 characters' : null;
}

const namesOf = ({ name, addresses }: PasswordOwner): string[] =>
  [name, ...addresses, ...addresses.map((address) => address.split('@')[0]!)].map((text) => text.toLowerCase());

/** A name of three letters may turn up in any phrase: it is in the way only where too little is left without it. */
const leansOn = (password: string, name: string): boolean =>
  name.length >= 3 && password.includes(name) && (name.length >= 4 || password.replaceAll(name, '').length < LEAST);

/** Hashes at a time, in a process: more would keep the threads that read files from their work. */
const PARALLEL = 2;
const MOST_WAITING = 100;

/** Where all hashing of passwords waits its turn, be it to judge one or to keep one. */
@Injectable()
export class PasswordLanes extends Lanes {
  constructor() {
    super(PARALLEL, MOST_WAITING);
  }
}

@Injectable()
export class Passwords {
  private decoy: Promise<string> | undefined;

  constructor(
    private readonly lanes: PasswordLanes,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Why it cannot be somebody's password; null: it can. The people of the Hex client's tests have the ones everybody guesses. */
  async problem(password: string, owner?: PasswordOwner): Promise<string | null> {
    return this.config.clientTestMode ? lengthProblem(password) : passwordProblem(password, owner);
  }

  /**
   * In the lane of the network it is asked from, as every guess is. Throws `weak_password` with the reason in the field
   * `password`, and `unavailable` where too much waits.
   */
  async hash(password: string, { ip }: Origin, owner?: PasswordOwner): Promise<string> {
    const problem = await this.problem(password, owner);
    if (problem !== null)
      throw new DomainError('invalid', 'weak_password', 'Validation error(s)', { password: problem });
    return this.lanes.run(networkOf(ip), () => hash(password, COST));
  }

  /**
   * Right password for this hash? Without a hash (no such user, no password) the same work is done against a decoy, so
   * that the answer's time does not tell whether the account exists. To be called within a lane (`password-guesses`).
   */
  async matches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
    this.decoy ??= hash('a password nobody has', COST);
    const right = await verify(passwordHash ?? (await this.decoy), password.slice(0, 512)).catch(() => false);
    return right && typeof passwordHash === 'string';
  }
}
