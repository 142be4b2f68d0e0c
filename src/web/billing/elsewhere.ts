import { paths } from '../../platform/paths.js';
import { Elsewhere, seeOther } from '../http/answers.js';

/** For pages about a subscription, where there is none. */
export const nothingRuns = (organization: string): Elsewhere =>
  new Elsewhere(seeOther(paths.billing(organization), { text: 'There is no subscription to change.', tone: 'bad' }));

/** For what needs to know first who pays. */
export const detailsFirst = (organization: string): Elsewhere =>
  new Elsewhere(
    seeOther(paths.billingDetails(organization), {
      text: 'First, who shall the invoices be made out to?',
      tone: 'good',
    }),
  );
