import { type Price } from '../../billing/plans.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { dayOf } from '../components/when.js';
import { nextWords } from '../organizations/standing-words.js';
import { type BillingProps } from './billing-props.js';
import { money } from './money.js';
import { perSeat, type Prices, seatsText } from './plan-words.js';

/** Where no subscription runs: what one would cost, and one clear button. */
export function Offer({ sight: { organization, standing }, overview, prices, isTaxed }: BillingProps) {
  const { members, subscription } = overview;
  const isNew = subscription === null || standing.state === 'trial';
  return (
    <Card title={isNew ? 'Subscribe' : 'Subscribe again'}>
      <p>
        {standing.state === 'trial' && standing.until !== null
          ? `The trial ends on ${dayOf(standing.until)}. ${nextWords(standing)} Whoever subscribes before pays from that moment on.`
          : 'Publishing and fetching open again as soon as the first invoice is paid. Everything is still here.'}
      </p>
      <div class="prices">
        <PriceBox price={prices.monthly} members={members} per="a month" />
        <PriceBox price={prices.annual} members={members} per="a year" note={saving(prices, members)} />
      </div>
      <p class="quiet small">
        For {seatsText(members)}, one for each member{isTaxed ? '; plus tax where it is due' : ''}. More seats can be
        added at any time; fewer cost less from the next period on.
      </p>
      <p>
        <a class="button" href={paths.subscribe(organization.name)}>
          {isNew ? 'Subscribe' : 'Subscribe again'}
        </a>
      </p>
    </Card>
  );
}

interface PriceBoxProps {
  readonly price: Price;
  readonly members: number;
  readonly per: string;
  readonly note?: string | null;
}

function PriceBox({ price: { plan, unitAmount, currency }, members, per, note = null }: PriceBoxProps) {
  return (
    <div class="price">
      <p class="price-amount">
        <strong>{money(unitAmount * members, currency)}</strong> <span class="quiet">{per}</span>
      </p>
      <p class="quiet small">{perSeat(plan, unitAmount, currency)}</p>
      {note !== null && <p class="price-note small">{note}</p>}
    </div>
  );
}

/** Null where a year costs as much as twelve months. */
function saving({ monthly, annual }: Prices, members: number): string | null {
  const saved = (12 * monthly.unitAmount - annual.unitAmount) * members;
  return saved > 0 ? `saves ${money(saved, annual.currency)} a year` : null;
}

/** Where nothing is to be bought: the operator has decided. */
export function Decided({ sight: { standing } }: BillingProps) {
  const isFree = standing.state === 'comped';
  return (
    <Card title={isFree ? 'Free of charge' : 'Blocked'}>
      <p>
        {isFree
          ? 'The operator of this server has opened this organization free of charge. There is nothing to pay, and no limit of seats.'
          : 'The operator of this server has blocked this organization. Paying does not open it; please write to them.'}
      </p>
      {isFree && <Facts rows={[['Next payment', 'none']]} />}
    </Card>
  );
}
