import { type Answer } from '../browser-port.js';
import { countries } from './countries.js';
import { pageAnswer } from './page.js';

/** Whoever tries the product out needs no list of numbers beside them. */
const TEST_CARDS = [
  { digits: '4242424242424242', does: 'works' },
  { digits: '4000002500003155', does: '3D Secure once' },
  { digits: '4000002760003184', does: '3D Secure always' },
  { digits: '4000000000000341', does: 'saved, then declined' },
  { digits: '4000000000000002', does: 'declined' },
];

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: string;
  readonly placeholder?: string;
  readonly wide?: boolean;
  readonly numeric?: boolean;
  readonly maxLength?: number;
}

function Field({ name, label, autocomplete, placeholder, wide, numeric = true, maxLength = 24 }: FieldProps) {
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={name}>{label}</label>
      <input
        {...{ id: name, name, type: 'text', placeholder, maxLength, required: true }}
        {...{ autocomplete, inputmode: numeric ? 'numeric' : 'text', spellcheck: false }}
        aria-describedby={`${name}-problem`}
      />
      <p class="problem" id={`${name}-problem`} role="alert" />
    </div>
  );
}

const Country = () => (
  <div class="field">
    <label for="country">Country</label>
    <select id="country" name="country" autocomplete="billing country">
      {countries.map(({ code, name }) => (
        <option key={code} value={code} selected={code === 'US'}>
          {name}
        </option>
      ))}
    </select>
  </div>
);

const TestCards = () => (
  <>
    <p class="hint" id="cards">
      Sandbox, no real money. Fill in a test card:
    </p>
    <ul class="cards" aria-labelledby="cards">
      {TEST_CARDS.map(({ digits, does }) => (
        <li key={digits}>
          <button type="button" data-card={digits} aria-label={`Test card ending in ${digits.slice(-4)}: ${does}`}>
            {digits.slice(-4)} <small>{does}</small>
          </button>
        </li>
      ))}
    </ul>
  </>
);

/** The Payment Element: framed by the site, so that the site never sees a card's number. */
export const paymentElementPage = (now: Date): Answer =>
  pageAnswer({
    ...{ title: 'Secure payment input frame', framed: true },
    ...{ styles: ['frames/frame.css'], script: 'frames/payment-element.js' },
    children: (
      <form data-now={now.toISOString()} novalidate autocomplete="on" aria-label="Card">
        <div class="fields">
          <Field name="number" label="Card number" autocomplete="cc-number" placeholder="1234 1234 1234 1234" wide />
          <Field name="expiry" label="Expiration date" autocomplete="cc-exp" placeholder="MM / YY" />
          <Field name="cvc" label="Security code" autocomplete="cc-csc" placeholder="CVC" maxLength={4} />
          <Country />
          <Field name="postal" label="ZIP code" autocomplete="billing postal-code" numeric={false} maxLength={12} />
        </div>
        <TestCards />
      </form>
    ),
  });
