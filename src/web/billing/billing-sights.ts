import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config.js';
import { notFound } from '../../platform/errors.js';
import { type Visitor } from '../http/visitor.js';
import { OrganizationSights, type Sight } from '../organizations/organization-sights.js';

/** What every billing page asks first. On a server where nothing is sold there are none. */
@Injectable()
export class BillingSights {
  constructor(
    private readonly sights: OrganizationSights,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  see(visitor: Visitor, name: string): Promise<Sight> {
    this.mustBeSold();
    return this.sights.see(visitor, 'billing.manage', name);
  }

  /** For what takes money or ends what was paid for: with a recent proof of identity, or off to give one and back to `page`. */
  change(visitor: Visitor, name: string, page: string): Promise<Sight> {
    this.mustBeSold();
    return this.sights.change(visitor, 'billing.manage', name, page);
  }

  private mustBeSold(): void {
    if (this.config.billing.mode === 'off') throw notFound('Page');
  }
}
