import { Injectable } from '@nestjs/common';
import { Journal } from './journal.js';
import { PriceChanges } from './price-changes.js';
import { Reminders } from './reminders.js';

/** What the date alone brings. */
@Injectable()
export class Calendar {
  constructor(
    private readonly reminders: Reminders,
    private readonly prices: PriceChanges,
    private readonly journal: Journal,
  ) {}

  async hourly(now: Date): Promise<void> {
    await this.reminders.remind(now);
    await this.journal.forgetDrafts();
  }

  nightly(): Promise<void> {
    return this.prices.nightly();
  }

  followSeats = ({ organizationId }: { organizationId: string }): Promise<void> => this.prices.look(organizationId);
}
