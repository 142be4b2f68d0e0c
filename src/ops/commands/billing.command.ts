import type { Finding } from '../../billing/gateway.js';
import type { Operation } from '../../billing/operation.entity.js';
import type { BillingOverview } from '../../billing/overview.js';
import type { Compared } from '../../billing/reconciling.js';
import type { StripeEvent } from '../../billing/stripe-event.entity.js';
import type { Subscription } from '../../billing/subscription.entity.js';
import type { Organization } from '../../organizations/organization.entity.js';
import { moneyText } from '../../platform/currencies.js';
import { type Answer, record, said, table } from './answers.js';
import { type AdminCommand, count } from './command-line.js';
import type { Rooms } from './rooms.js';

const SHOWN = 50;

/** Looking and putting right. What costs somebody something is done in Stripe's dashboard or by the organization itself. */
export function billingCommands(admin: AdminCommand): void {
  const billing = admin.command('billing').description('what Stripe knows, and whether we know the same');
  looking(billing);
  puttingRight(billing);
}

function looking(billing: AdminCommand): void {
  billing
    .command('check')
    .description('is the account at Stripe set up as docs/billing.md says? exit code 1 if anything is not')
    .answers(async (rooms) => checked(await selling(rooms).gateway.check()));

  billing
    .command('status <organization>')
    .description('customer, subscription and invoices of an organization, as last read')
    .answers(async (rooms, name: string) => {
      const found = await rooms.organizations.named(name);
      return record(statusView(rooms, found, await rooms.billing.overviews.of(found)));
    });

  limited(billing.command('operations <organization>'))
    .description('what was asked of Stripe for an organization, and what became of it; the newest first')
    .answers(async (rooms, name: string, { limit }: { limit: number }) => {
      const { id } = await rooms.organizations.named(name);
      return table((await rooms.billing.records.operations(id, limit)).map(operationView));
    });

  limited(billing.command('events'))
    .description('what Stripe has told, the newest first')
    .option('--unhandled', 'only those nothing has been done about yet, the oldest first', false)
    .answers(async (rooms, options: { unhandled: boolean; limit: number }) =>
      table((await rooms.billing.records.events(options)).map(eventView)),
    );
}

function puttingRight(billing: AdminCommand): void {
  billing
    .command('sync [organization]')
    .description('read an organization (or with --all everybody) from Stripe anew; needs no reason, Stripe decides')
    .option('--all', 'everybody who has a customer at Stripe', false)
    .answers(async (rooms, name: string | undefined, { all }: { all: boolean }) => {
      if ((name === undefined) !== all) throw new Error('name one organization, or say --all');
      const { subscriptions, reconciling } = selling(rooms);
      if (name === undefined) return compared(await reconciling.compareAll());
      const synced = await subscriptions.sync((await rooms.organizations.named(name)).id);
      const differences = synced?.differences ?? [];
      return said(synced === null ? `${name} has no customer at Stripe` : readWords(name, differences), {
        ...{ organization: name, customer: synced !== null, differences },
      });
    });

  billing
    .command('compare')
    .description('read everybody from Stripe anew and tell what we had wrong; exit code 1 if there was anything')
    .answers(async (rooms) => {
      const found = await selling(rooms).reconciling.compareAll();
      const fault = faultOf(found);
      return { ...compared(found), ...(fault === undefined ? {} : { fault }) };
    });
}

/** Billing, where there is somebody to ask. */
function selling({ billing }: Rooms): Rooms['billing'] {
  if (billing.mode === 'off') throw new Error('nothing is sold here (BILLING=off)');
  return billing;
}

const limited = (command: AdminCommand): AdminCommand =>
  command.option('--limit <count>', 'how many at most', count, SHOWN);

function checked(findings: readonly Finding[]): Answer {
  const bad = findings.filter(({ ok }) => !ok).length;
  const lines = findings.map(({ ok, what, advice }) => `${ok ? 'ok  ' : 'BAD '} ${what}${advice ? `: ${advice}` : ''}`);
  return {
    ...{ data: findings, text: `${lines.join('\n')}\n` },
    ...(bad === 0 ? {} : { fault: `${bad} of ${findings.length} findings are bad` }),
  };
}

const readWords = (name: string, differences: readonly string[]): string =>
  differences.length === 0 ? `${name} is as Stripe has it` : `${name} was put right: ${differences.join('; ')}`;

function compared({ compared: number, drifted, failed, differences }: Compared): Answer {
  const head = `${number} compared, ${drifted} put right, ${failed} could not be read`;
  const lines = differences.map(({ organization, fields }) => `${organization}: ${fields.join('; ')}`);
  const data = { compared: number, drifted, failed, differences };
  return { data, text: `${[head, ...lines].join('\n')}\n` };
}

function faultOf({ drifted, failed }: Compared): string | undefined {
  if (drifted > 0) return `${drifted} had drifted from Stripe`;
  return failed > 0 ? `${failed} could not be read` : undefined;
}

function statusView({ standing }: Rooms, organization: Organization, found: BillingOverview) {
  const { customer, subscription, invoices, open, members } = found;
  const { state, until, reason } = standing(organization);
  return {
    ...{ organization: organization.name, standing: state, until, reason, override: organization.override },
    ...{ members, seats: organization.seats, customer: customer?.stripeId ?? null },
    ...{ email: customer?.email ?? null, card: customer?.card ? cardText(customer.card) : null },
    ...{ balance: customer && moneyText(Number(customer.balance), customer.currency) },
    ...{ synced_at: customer?.syncedAt ?? null, ...subscriptionView(subscription) },
    open_operation: open && `${open.kind} ${open.id} (${open.state})`,
    invoices: invoices.slice(0, SHOWN).map((one) => ({
      ...{ id: one.stripeId, number: one.number, status: one.status, reason: one.reason },
      ...{
        total: moneyText(Number(one.total), one.currency),
        due: moneyText(Number(one.amountRemaining), one.currency),
      },
      ...{ need: one.need, dispute: one.dispute, created_at: one.createdAt },
    })),
  };
}

const cardText = ({
  brand,
  last4,
  expMonth,
  expYear,
}: {
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
}) => `${brand} ${last4}, until ${expMonth}/${expYear}`;

function subscriptionView(one: Subscription | null) {
  if (one === null) return { subscription: null };
  const { stripeId, status, plan, currency, unitAmount, quantity, pendingQuantity } = one;
  return {
    ...{ subscription: stripeId, status, plan, price: moneyText(unitAmount, currency) },
    ...{ paid_seats: quantity, pending_seats: pendingQuantity, high_water: one.maxQuantity },
    ...{ period_end: one.periodEnd, cancel_at: one.cancelAt, ended_at: one.endedAt },
    ...{ past_due_since: one.pastDueSince, next: one.next },
  };
}

const operationView = ({ id, kind, state, actorName, outcome, createdAt, askedAt, settledAt, params }: Operation) => ({
  ...{ id, kind, state, actor: actorName, seats: params['seats'] ?? null, plan: params['plan'] ?? null },
  ...{ problem: state === 'refused' || state === 'unclear' ? (outcome?.['message'] ?? null) : null },
  ...{ created_at: createdAt, asked_at: askedAt, settled_at: settledAt },
});

const eventView = ({ id, type, stripeCustomerId, source, createdAt, receivedAt, handledAt }: StripeEvent) => ({
  ...{ id, type, customer: stripeCustomerId, source },
  ...{ created_at: createdAt, received_at: receivedAt, handled_at: handledAt },
});
