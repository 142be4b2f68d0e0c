import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { Abandoning } from './abandoning.js';
import { BillingJobParts, BillingJobs } from './billing.jobs.js';
import { BillingRecords } from './billing-records.js';
import { BillingNotices } from './billing-notices.js';
import { Calendar } from './calendar.js';
import { Cancellations } from './cancellations.js';
import { CardNotes, Cards } from './cards.js';
import { Changes } from './changes.js';
import { Checkout, CheckoutRooms } from './checkout.js';
import { Coupons } from './coupons.js';
import { CustomerLocks } from './customer-locks.js';
import { CustomerRows, Customers } from './customers.js';
import { Endings } from './endings.js';
import { EventVerifier, Gateway } from './gateway.js';
import { Invoices } from './invoices.js';
import { Journal } from './journal.js';
import { Operations } from './operations.js';
import { Overviews } from './overview.js';
import { Payments } from './payments.js';
import { PlanSwitches } from './plan-switches.js';
import { PriceAnnouncements } from './price-announcements.js';
import { PriceChanges, PriceRooms } from './price-changes.js';
import { PriceList } from './price-list.js';
import { ComparisonRecord, Reconciling } from './reconciling.js';
import { Reminders } from './reminders.js';
import { SeatOrders } from './seat-orders.js';
import { Settling } from './settling.js';
import { EventHandling, StripeEvents } from './stripe-events.js';
import { StripeEventVerifier, StripeGateway } from './stripe/stripe-gateway.js';
import { Subscriptions } from './subscriptions.js';
import { SyncWriting } from './sync-writing.js';
import { Telling } from './telling.js';

const verbs = [
  ...[Customers, Cards, Checkout, SeatOrders, PlanSwitches, Cancellations, Coupons, Changes],
  ...[Endings, Payments, Abandoning, Invoices, Overviews, PriceList],
  ...[Subscriptions, StripeEvents, Reconciling, ComparisonRecord, BillingJobs, BillingRecords],
];

@Module({
  imports: [OrganizationsModule],
  providers: [
    { provide: Gateway, useClass: StripeGateway },
    { provide: EventVerifier, useClass: StripeEventVerifier },
    ...[CustomerLocks, Journal, Operations, Settling, SyncWriting, BillingNotices, EventHandling],
    ...[CustomerRows, CardNotes, CheckoutRooms, BillingJobParts],
    ...[Telling, Reminders, PriceAnnouncements, PriceRooms, PriceChanges, Calendar],
    ...verbs,
  ],
  exports: [...verbs, Gateway],
})
export class BillingModule {}
