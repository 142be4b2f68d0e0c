import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Billing: an organization's customer at Stripe, what was last read of its subscriptions and invoices, the journal of what
 * was asked of Stripe, the events it sent, and which notices went out. The gate goes on reading the organization's own row.
 */
export class Billing0011 implements MigrationInterface {
  readonly name = 'Billing0011_1763900000011';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table organizations
        add column payment text constraint organizations_payment check (payment in ('paid', 'canceling', 'past_due', 'ended')),
        add column paid_until timestamptz
    `);
    await db.query(`drop trigger organizations_changed on organizations`);
    await db.query(`
      create trigger organizations_changed
      after delete or update of name, trial_ends_at, access_until, override, deletion_at, payment, paid_until on organizations
      for each row execute function announce_change('organization', 'id')
    `);
    await customers(db);
    await db.query(`
      create table subscriptions (
        stripe_id text primary key,
        organization_id bigint not null references organizations (id) on delete cascade,
        status text not null,
        item_id text not null,
        price_id text not null,
        plan text not null,
        currency text not null,
        unit_amount integer not null,
        quantity integer not null,
        max_quantity integer not null,
        pending_quantity integer,
        pending_until timestamptz,
        period_start timestamptz not null,
        period_end timestamptz not null,
        cancel_at timestamptz,
        canceled_at timestamptz,
        ended_at timestamptz,
        past_due_since timestamptz,
        latest_invoice_id text,
        schedule_id text,
        next jsonb,
        discount jsonb,
        created_at timestamptz not null,
        fetched_at timestamptz not null
      )
    `);
    await db.query(`create index subscriptions_organization on subscriptions (organization_id)`);
    await db.query(`
      create table invoices (
        stripe_id text primary key,
        organization_id bigint not null references organizations (id) on delete cascade,
        subscription_id text,
        number text,
        status text not null,
        reason text not null,
        currency text not null,
        subtotal bigint not null,
        tax bigint not null,
        total bigint not null,
        amount_due bigint not null,
        amount_paid bigint not null,
        amount_remaining bigint not null,
        amount_refunded bigint not null,
        dispute text,
        need text constraint invoices_need check (need in ('payment', 'authentication')),
        problem text,
        attempts integer not null,
        next_attempt_at timestamptz,
        hosted_url text,
        pdf_url text,
        created_at timestamptz not null,
        paid_at timestamptz,
        fetched_at timestamptz not null
      )
    `);
    await db.query(`create index invoices_organization on invoices (organization_id, created_at desc)`);
    await journal(db);
    await events(db);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

async function customers(db: QueryRunner): Promise<void> {
  await db.query(`
    create table billing_customers (
      organization_id bigint primary key references organizations (id) on delete cascade,
      stripe_id text constraint billing_customers_stripe_id_unique unique,
      kind text not null constraint billing_customers_kind check (kind in ('person', 'company')),
      name text not null,
      email text not null,
      country text not null,
      line1 text,
      line2 text,
      city text,
      state text,
      postal_code text,
      tax_id text,
      tax_id_type text,
      tax_id_status text,
      purchase_order text,
      currency text not null,
      balance bigint not null default 0,
      card jsonb,
      discount jsonb,
      read_started_at timestamptz,
      synced_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )
  `);
}

async function journal(db: QueryRunner): Promise<void> {
  await db.query(`
    create table billing_operations (
      id uuid primary key,
      organization_id bigint not null references organizations (id) on delete cascade,
      kind text not null,
      params jsonb not null,
      state text not null constraint billing_operations_state
        check (state in ('drafted', 'asked', 'unclear', 'done', 'refused')),
      outcome jsonb,
      actor_name text not null,
      created_at timestamptz not null,
      asked_at timestamptz,
      settled_at timestamptz
    )
  `);
  // Of what moves money one thing at a time may be under way for an organization.
  await db.query(`
    create unique index billing_operations_open on billing_operations (organization_id) where state in ('asked', 'unclear')
  `);
  await db.query(
    `create index billing_operations_organization on billing_operations (organization_id, created_at desc)`,
  );
}

async function events(db: QueryRunner): Promise<void> {
  await db.query(`
    create table stripe_events (
      id text primary key,
      type text not null,
      stripe_customer_id text,
      created_at timestamptz not null,
      received_at timestamptz not null,
      handled_at timestamptz,
      source text not null constraint stripe_events_source check (source in ('webhook', 'sweep'))
    )
  `);
  await db.query(`create index stripe_events_created on stripe_events (created_at desc)`);
  await db.query(`create index stripe_events_waiting on stripe_events (stripe_customer_id) where handled_at is null`);
  await db.query(`
    create table billing_notices (
      organization_id bigint not null references organizations (id) on delete cascade,
      cause text not null,
      sent_at timestamptz not null,
      primary key (organization_id, cause)
    )
  `);
  await db.query(`
    create table billing_comparisons (
      id bigint generated always as identity primary key,
      started_at timestamptz not null,
      finished_at timestamptz not null,
      compared integer not null,
      drifted integer not null,
      failed integer not null,
      differences jsonb not null
    )
  `);
}
