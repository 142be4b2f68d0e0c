import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../platform/errors.js';

/** OWASP's first recommendation for argon2id (2024): 19 MiB, two passes, one lane; about 0.1 s. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What a password may be. The upper bound keeps hashing from being a way to burn our processor. */
export function passwordProblem(password: string): string | null {
  if (password.length < 8) return 'must be at least 8 characters';
  return password.length > 512 ? 'must be at most 512 characters' : null;
}

@Injectable()
export class Passwords {
  private decoy: Promise<string> | undefined;

  async hash(password: string): Promise<string> {
    const problem = passwordProblem(password);
    if (problem !== null)
      throw new DomainError('invalid', 'weak_password', 'Validation error(s)', { password: problem });
    return hash(password, COST);
  }

  /**
   * Right password for this hash? Without a hash (no such user, no password) the same work is done against a decoy, so
   * that the answer's time does not tell whether the account exists.
   */
  async matches(passwordHash: string | null | undefined, password: string): Promise<boolean> {
    this.decoy ??= hash('a password nobody has', COST);
    const right = await verify(passwordHash ?? (await this.decoy), password.slice(0, 512)).catch(() => false);
    return right && typeof passwordHash === 'string';
  }
}
