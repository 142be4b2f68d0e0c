import { Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Changes } from '../../billing/changes.js';
import { type Operation } from '../../billing/operation.entity.js';
import { type BillingOverview } from '../../billing/overview.js';
import { DomainError } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, type Html, seeOther } from '../http/answers.js';
import { emptyForm, type FormState, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { type Sight } from '../organizations/organization-sights.js';
import { BillingSheet } from './billing-sheet.js';
import { BillingSights } from './billing-sights.js';
import { type Change, changeOf } from './change-words.js';
import { changePage, lapsedPage } from './change.page.js';
import { noteOf } from './outcomes.js';
import { allWaiting, runningOf, type Waiting } from './waiting.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NoFields = z.object({});

interface Drafted {
  readonly operation: Operation;
  readonly change: Change;
  readonly overview: BillingOverview;
}

/** What was asked for, with its exact price; and the moment in which somebody agrees to it. */
@Pages('orgs/:organization/billing/changes/:id')
export class BillingChangesController {
  constructor(
    private readonly sights: BillingSights,
    private readonly sheet: BillingSheet,
    private readonly changes: Changes,
  ) {}

  @Get()
  async show(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('id') id: string,
  ): Promise<Answer> {
    const sight = await this.sights.see(visitor, name);
    const found = await this.find(visitor, sight, id);
    if (found === null) return lapsedPage(visitor, sight);
    return found.operation.state === 'drafted' ? this.draw(visitor, sight, found, emptyForm) : this.tell(sight, found);
  }

  /** Sent twice it is done once, and both are told the same. */
  @Post()
  async confirm(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('id') id: string) {
    const sight = await this.sights.change(visitor, name, paths.billingChange(name, id));
    const found = await this.find(visitor, sight, id);
    if (found === null) return lapsedPage(visitor, sight);
    return submit(
      NoFields,
      {},
      async () => {
        const operation = await this.changes.confirm(sight.actor, sight.organization, id);
        return this.tell(sight, { ...found, operation, overview: await this.sheet.overview(sight) });
      },
      (form) => this.draw(visitor, sight, found, form),
    );
  }

  /** Null: there is no such offer any more. */
  private async find(visitor: Visitor, sight: Sight, id: string): Promise<Drafted | null> {
    const operation = await this.changes.find(sight.organization, id).catch(nullIfAbsent);
    const overview = await this.sheet.overview(sight);
    const change = operation === null ? undefined : changeOf(operation, runningOf(overview));
    if (operation === null || change === undefined) return null;
    const isOld = visitor.now.getTime() - operation.createdAt.getTime() > DAY_MS;
    return operation.state === 'drafted' && isOld ? null : { operation, change, overview };
  }

  private draw(visitor: Visitor, sight: Sight, { operation, change, overview }: Drafted, form: FormState): Html {
    const card = overview.customer?.card ?? null;
    return changePage(visitor, sight, { operation, change, card, isTaxed: this.sheet.isTaxed, form });
  }

  /** Done, but the money is still waiting: on to the invoice. */
  private tell({ organization: { name } }: Sight, { operation, change, overview }: Drafted): Answer {
    const waiting = allWaiting(overview).find(({ mayBeAbandoned }) => mayBeAbandoned);
    if (operation.state === 'done' && waiting !== undefined) return seeOther(toPay(name, waiting));
    const note = noteOf(operation, change.done);
    return seeOther(operation.state === 'refused' ? paths[change.back](name) : paths.billing(name), note);
  }
}

/** Should the bank ask, its question opens by itself: the person has just agreed to pay. */
const toPay = (name: string, { invoice: { stripeId, need } }: Waiting): string =>
  `${paths.invoice(name, stripeId)}${need === 'authentication' ? '?now=yes' : ''}`;

function nullIfAbsent(error: unknown): null {
  if (error instanceof DomainError && error.kind === 'not_found') return null;
  throw error;
}
