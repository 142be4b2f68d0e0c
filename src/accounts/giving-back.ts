import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, type Origin } from '../audit/actor.js';
import { type Grant } from './grant.entity.js';
import { Grants } from './grants.js';
import { Refreshing } from './refreshing.js';
import { Tokens } from './tokens.js';

/**
 * Programs give back what they were granted (RFC 7009), by any token of it, an access token that has just expired included:
 * that is what `mix hex.user deauth` holds. Holding it is proof enough; what is no token of ours changes nothing.
 */
@Injectable()
export class GivingBack {
  constructor(
    private readonly database: DataSource,
    private readonly grants: Grants,
    private readonly refreshing: Refreshing,
    private readonly tokens: Tokens,
  ) {}

  async token(text: unknown, clientId: unknown, origin: Origin): Promise<void> {
    if (typeof text !== 'string') return;
    const grant = (await this.refreshing.grantOf({ text })) ?? (await this.behindAccessToken(text));
    if (grant === null || (clientId !== undefined && clientId !== grant.clientId)) return;
    const living = await this.grants.living(grant.id);
    if (living === null) return;
    const { id: userId, name } = living.user;
    const holder: Actor = { kind: 'user', userId, name, origin: { ...origin, grantId: grant.id } };
    await this.end(grant, holder, 'given back by the program');
  }

  async hash(sha256: unknown, origin: Origin): Promise<void> {
    const grant = await this.refreshing.grantOf({ sha256 });
    if (grant !== null) await this.end(grant, { kind: 'anonymous', origin }, 'reported by the hash of its token');
  }

  private async behindAccessToken(text: string): Promise<Grant | null> {
    const behind = await this.tokens.behind(text);
    return behind?.kind === 'grant' ? this.grants.byId(behind.id) : null;
  }

  private async end(grant: Grant, actor: Actor, why: string): Promise<void> {
    await this.database.transaction((tx) => this.grants.revokeBecause(tx, actor, grant, why));
  }
}
