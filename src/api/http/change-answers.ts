import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Invoice } from '../../billing/invoice.entity.js';
import { type Operation } from '../../billing/operation.entity.js';
import { type BillingOverview, Overviews } from '../../billing/overview.js';
import { type Refusal } from '../../billing/gateway.js';
import { declineWords, refusalWords } from '../../billing/refusals.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { Urls } from '../../platform/urls.js';
import { operationView } from '../views/operation.view.js';
import { BillingDoor, type Need } from './billing-door.js';

/**
 * What became of a change, as an answer: 200 done; 402 agreed to, and its money is waited for, with all it takes to go on, or
 * the card was refused; 409 refused for another reason; 202 nobody knows yet. Asked again, it answers as things are then.
 */
@Injectable()
export class ChangeAnswers {
  constructor(
    private readonly door: BillingDoor,
    private readonly overviews: Overviews,
    private readonly urls: Urls,
  ) {}

  async of(reply: FastifyReply, organization: Organization, operation: Operation): Promise<object> {
    if (operation.state === 'refused') return this.refused(reply, operation);
    if (operation.state !== 'done') void reply.status(202);
    else if (mayWait(operation)) {
      const wanted = await this.waiting(reply, organization);
      if (wanted !== null) return wanted;
    }
    return operationView(this.urls, organization, operation);
  }

  /** The bill of a change that waits for its payment, as a 402; null where none does. */
  async waiting(reply: FastifyReply, organization: Organization): Promise<object | null> {
    const invoice = waitingInvoice(await this.overviews.of(organization));
    return invoice === undefined ? null : this.door.paymentRequired(reply, organization, invoice, needOf(invoice));
  }

  refused(reply: FastifyReply, { outcome }: Operation): object {
    const refusal = outcome as unknown as Refusal;
    const { code, declineCode } = refusal;
    const status = code === 'busy' ? 503 : declineCode !== null || code === 'card_declined' ? 402 : 409;
    void reply.status(status);
    return { status, message: refusalWords(refusal), code, decline_code: declineCode };
  }
}

const mayWait = ({ kind }: Operation): boolean => ['subscribe', 'seats', 'plan'].includes(kind);

/** Of a start that is not paid, or of a change that counts once it is. */
function waitingInvoice({ subscription, invoices }: BillingOverview): Invoice | undefined {
  if (subscription === null || (subscription.status !== 'incomplete' && subscription.pendingQuantity === null))
    return undefined;
  return invoices.find(
    ({ status, reason, subscriptionId }) =>
      status === 'open' && OF_CHANGES.includes(reason) && subscriptionId === subscription.stripeId,
  );
}

const OF_CHANGES = ['subscription_create', 'subscription_update'];

/** The last try failed for a reason that has words; undefined: it is the bank's question, or there was no try. */
function needOf({ need, problem }: Invoice): Need | undefined {
  const message = need === 'authentication' ? undefined : declineWords(problem);
  return message === undefined ? undefined : { code: 'card_declined', declineCode: problem, message };
}
