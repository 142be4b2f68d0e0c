import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { type Origin } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { Clock } from '../platform/clock.js';
import { isPostgresError, type Tx, UNIQUE_VIOLATION } from '../platform/database.js';
import { DomainError } from '../platform/errors.js';
import { isSecretToken, newSecretToken } from '../platform/secret-token.js';
import { Secrets } from '../platform/secrets.js';
import { DeviceCode } from './device-code.entity.js';
import { Grant } from './grant.entity.js';
import { type Approver, Grants } from './grants.js';
import { machineName } from './oauth/machine-name.js';
import { type OAuthClient } from './oauth-client.entity.js';
import { oauthProblem } from './oauth-problem.js';
import { type Permission } from './permissions.js';
import { type Refreshed, Refreshing } from './refreshing.js';
import { newUserCode } from './user-code.js';

export const DEVICE_CODE_SECONDS = 600;
const INTERVAL_SECONDS = 5;
/** What a client's clock and the way may differ by. */
const SLACK_MS = 1000;

export interface StartedDevice {
  /** For the machine only. */
  readonly deviceCode: string;
  /** For the person: eight letters. */
  readonly userCode: string;
  readonly interval: number;
}

/**
 * Login of a machine without a browser (RFC 8628): it shows a short code and asks again and again, a person enters the code
 * on the site and says yes or no. The short code is only to be guessed at within ten minutes and a few tries.
 */
@Injectable()
export class DeviceCodes {
  constructor(
    private readonly database: DataSource,
    private readonly secrets: Secrets,
    private readonly grants: Grants,
    private readonly refreshing: Refreshing,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async start(
    client: OAuthClient,
    { name, permissions }: { readonly name: string | undefined; readonly permissions: readonly Permission[] },
    origin: Origin,
  ): Promise<StartedDevice> {
    const now = this.clock.now();
    const deviceCode = newSecretToken();
    const row = {
      ...{ clientId: client.id, deviceHash: this.hashOf('device', deviceCode), name: machineName(name) ?? 'unnamed' },
      ...{ permissions: [...permissions], ip: origin.ip ?? null, userAgent: origin.userAgent?.slice(0, 255) ?? null },
      ...{ intervalSeconds: INTERVAL_SECONDS, polledAt: null, grantId: null, deniedAt: null, usedAt: null },
      ...{ createdAt: now, expiresAt: new Date(now.getTime() + DEVICE_CODE_SECONDS * 1000) },
    };
    return { deviceCode, userCode: await this.insert(row), interval: INTERVAL_SECONDS };
  }

  /** The machine that waits under this code, as {@link readUserCode} reads it; null when none does (any more). */
  find(userCode: string): Promise<DeviceCode | null> {
    return this.database.manager.findOneBy(DeviceCode, this.waiting(userCode));
  }

  /** Throws `not_found` when the machine does not wait any more. */
  async approve(by: Approver, userCode: string, permissions: readonly Permission[]): Promise<Grant> {
    return this.database.transaction(async (tx) => {
      const { id, clientId, name } = await this.lock(tx, userCode);
      const grant = await this.grants.create(tx, by, { clientId, name, permissions });
      await tx.update(DeviceCode, { id }, { grantId: grant.id });
      return grant;
    });
  }

  /** Throws `not_found` when the machine does not wait any more. */
  async deny({ actor, user }: Approver, userCode: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { id, clientId, name } = await this.lock(tx, userCode);
      await tx.update(DeviceCode, { id }, { deniedAt: this.clock.now() });
      const about = { user: user.name, client: clientId, machine: name };
      await this.audit.record(tx, actor, 'device.deny', { userId: user.id }, about);
    });
  }

  /** The machine asks: its grant with the first refresh token, once; until then what RFC 8628 section 3.5 says. */
  async collect(deviceCode: unknown, clientId: string): Promise<Refreshed> {
    if (!isSecretToken(deviceCode)) throw unknownCode();
    // That it asked must be kept, so what it is told is thrown after the transaction.
    const collected = await this.database.transaction((tx) => this.answer(tx, deviceCode, clientId));
    if (collected instanceof DomainError) throw collected;
    return collected;
  }

  private async answer(tx: Tx, deviceCode: string, clientId: string): Promise<Refreshed | DomainError> {
    const where = { deviceHash: this.hashOf('device', deviceCode), clientId };
    const code = await tx.findOne(DeviceCode, { where, lock: { mode: 'pessimistic_write' } });
    if (code === null || code.usedAt !== null) return unknownCode();
    const now = this.clock.now();
    if (code.deniedAt !== null) return oauthProblem('access_denied', 'the request has been denied');
    if (code.expiresAt <= now) return oauthProblem('expired_token', 'the device code has expired');
    if (code.grantId === null) return this.waitLonger(tx, code, now);
    const lock = { mode: 'pessimistic_write' } as const;
    const grant = await tx.findOne(Grant, { where: { id: code.grantId, revokedAt: IsNull() }, lock });
    if (grant === null) return oauthProblem('access_denied', 'the login has been ended');
    await tx.update(DeviceCode, { id: code.id }, { usedAt: now });
    return { grant, refreshToken: await this.refreshing.begin(tx, grant) };
  }

  private async waitLonger(tx: Tx, code: DeviceCode, now: Date): Promise<DomainError> {
    const since = code.polledAt === null ? Infinity : now.getTime() - code.polledAt.getTime();
    const tooFast = since < code.intervalSeconds * 1000 - SLACK_MS;
    const intervalSeconds = code.intervalSeconds + (tooFast ? INTERVAL_SECONDS : 0);
    await tx.update(DeviceCode, { id: code.id }, { polledAt: now, intervalSeconds });
    return tooFast
      ? oauthProblem('slow_down', `ask no more often than every ${intervalSeconds} seconds`)
      : oauthProblem('authorization_pending', 'nobody has answered the request yet');
  }

  private async lock(tx: Tx, userCode: string): Promise<DeviceCode> {
    const code = await tx.findOne(DeviceCode, { where: this.waiting(userCode), lock: { mode: 'pessimistic_write' } });
    if (code === null)
      throw new DomainError('not_found', 'no_device', 'this code is wrong, has expired or has been used');
    return code;
  }

  private waiting(userCode: string) {
    const open = { grantId: IsNull(), deniedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
    return { userCodeHash: this.hashOf('user', userCode), ...open };
  }

  /** Takes another code where one is taken, which in a lifetime may happen once. */
  private async insert(row: Omit<DeviceCode, 'id' | 'userCodeHash'>): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const userCode = newUserCode();
      try {
        await this.database.manager.insert(DeviceCode, { ...row, userCodeHash: this.hashOf('user', userCode) });
        return userCode;
      } catch (error) {
        if (attempt === 5 || !isPostgresError(error, UNIQUE_VIOLATION)) throw error;
      }
    }
  }

  private hashOf(which: 'device' | 'user', code: string): Buffer {
    return this.secrets.keyedHash(`${which}-codes`, code);
  }
}

const unknownCode = (): DomainError => oauthProblem('invalid_grant', 'this device code is not valid');
