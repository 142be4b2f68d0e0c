import { Inject, Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Access } from '../../access/access.js';
import { type Caller } from '../../access/callers.js';
import { type Challenge } from '../../billing/gateway.js';
import { type Invoice } from '../../billing/invoice.entity.js';
import { Payments } from '../../billing/payments.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { CONFIG, type Config } from '../../platform/config.js';
import { notFound } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { Urls } from '../../platform/urls.js';

/** Why a payment is not made, in the words of an answer. */
export interface Need {
  readonly message: string;
  readonly code: string;
  readonly declineCode?: string | null;
}

const ASKED: Need = {
  code: 'authentication_required',
  message: 'The bank wants to ask who pays. Please open the url, or confirm with Stripe.js.',
};
const NO_CARD: Need = {
  code: 'payment_method_required',
  message: 'The invoice is not paid yet. Please open the url, or give a card with Stripe.js.',
};

/** What every request about an organization's money begins with, and what it ends with where money is still wanted. */
@Injectable()
export class BillingDoor {
  constructor(
    private readonly access: Access,
    private readonly payments: Payments,
    private readonly urls: Urls,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Throws `not_found` where nothing is sold at all. */
  async organization(caller: Caller, name: string): Promise<Organization> {
    if (this.config.billing.mode === 'off') throw notFound('page');
    return this.access.organization(caller, 'billing.manage', name);
  }

  /**
   * 402 with all it takes to go on: the page for a person, or what a program hands to Stripe.js. Null, and nothing is set, when
   * the invoice is not open any more.
   */
  async paymentRequired(reply: FastifyReply, organization: Organization, { stripeId }: Invoice, need?: Need) {
    const challenge = await this.payments.challenge(organization.id, stripeId);
    if (challenge === null) return null;
    // Of an open question of the bank the last refusal says nothing new.
    const { code, message, declineCode = null } = challenge.step === 'authenticate' ? ASKED : (need ?? NO_CARD);
    void reply.status(402).header('cache-control', 'no-store');
    return {
      ...{ status: 402, message, code, decline_code: declineCode, invoice: stripeId },
      ...this.forBrowser(challenge),
      url: this.urls.page(paths.invoice(organization.name, stripeId)),
    };
  }

  /** What Stripe.js is started with. */
  forBrowser({ clientSecret, step }: { clientSecret: string; step?: Challenge['step'] }) {
    const key = { publishable_key: this.config.billing.stripe?.publishableKey ?? null };
    return { client_secret: clientSecret, ...key, ...(step === undefined ? {} : { step }) };
  }
}
