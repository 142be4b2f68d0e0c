import { Injectable } from '@nestjs/common';
import { type Actor } from '../audit/actor.js';
import { type Organization } from '../organizations/organization.entity.js';
import { livingIn } from './buying.js';
import { Checkout } from './checkout.js';
import { Gateway } from './gateway.js';
import { Journal } from './journal.js';
import { type Operation } from './operation.entity.js';
import { Operations } from './operations.js';

/** Promotion codes for a subscription that runs: from the next invoice on. */
@Injectable()
export class Coupons {
  constructor(
    private readonly gateway: Gateway,
    private readonly checkout: Checkout,
    private readonly journal: Journal,
    private readonly operations: Operations,
  ) {}

  /** Throws `invalid`, field `code`, for one that nobody knows. */
  async apply(actor: Actor, organization: Organization, code: string): Promise<Operation> {
    const promotion = await this.checkout.promotion(code);
    const { id } = await this.journal.draft(actor, organization.id, 'discount', { code, promotion });
    return this.operations.carryOut(actor, organization, id, {
      prepare: async (_tx, snapshot) => void livingIn(snapshot),
      ask: (key, snapshot) => this.gateway.applyPromotion(livingIn(snapshot), promotion, key),
    });
  }
}
