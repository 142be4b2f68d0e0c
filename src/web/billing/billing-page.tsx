import { type ComponentChildren } from 'preact';
import { paths } from '../../platform/paths.js';
import { html, type Html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { organizationPage } from '../layout/organization-page.js';
import { type Sight } from '../organizations/organization-sights.js';
import { type PaymentService } from './payment-service.js';

export interface BillingPage {
  /** Absent: this is the first page of billing itself. */
  readonly title?: string;
  readonly lead?: ComponentChildren;
  /** With Stripe's form in it, or what comes from it. */
  readonly service?: PaymentService | undefined;
  /** Of ours, besides. */
  readonly scripts?: readonly string[];
  readonly children: ComponentChildren;
}

/** A page under an organization's tab "Billing", with the way back. */
export function billingPage(visitor: Visitor, sight: Sight, page: BillingPage, status = 200): Html {
  const { organization, role, standing } = sight;
  const { title = 'Billing', lead, service, scripts = [], children } = page;
  const billing = paths.billing(organization.name);
  const text = organizationPage(visitor, {
    ...{ organization, role, standing, title, tab: billing, banner: false },
    scripts: service === undefined ? scripts : [...scripts, 'billing.js'],
    foreignScript: service?.script,
    children: (
      <>
        {lead && <p class="lead billing-lead">{lead}</p>}
        {children}
        {page.title !== undefined && (
          <p>
            <a href={billing}>← Billing</a>
          </p>
        )}
      </>
    ),
  });
  const answer = html(text, status);
  return service === undefined ? answer : { ...answer, origins: service.origins };
}
