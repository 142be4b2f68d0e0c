import { Injectable } from '@nestjs/common';
import { Customers } from '../../billing/customers.js';
import { Overviews } from '../../billing/overview.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { Organizations } from '../../organizations/organizations.js';
import { Standings } from '../../organizations/standings.js';
import { Urls } from '../../platform/urls.js';
import { billingView, customerView } from '../views/billing.view.js';
import { organizationView } from '../views/organization.view.js';

/** What the API shows of an organization's billing, after something has been done as it is now. */
@Injectable()
export class BillingSights {
  constructor(
    private readonly overviews: Overviews,
    private readonly customers: Customers,
    private readonly organizations: Organizations,
    readonly standings: Standings,
    readonly urls: Urls,
  ) {}

  async overview({ id }: Organization) {
    const organization = await this.now(id);
    return billingView(this, organization, await this.overviews.of(organization));
  }

  async customer({ id }: Organization) {
    return customerView((await this.customers.of(id))!);
  }

  async organization({ id }: Organization) {
    return organizationView(this.standings, await this.now(id));
  }

  private async now(id: string): Promise<Organization> {
    return (await this.organizations.byId(id))!;
  }
}
