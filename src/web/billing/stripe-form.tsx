import { type ComponentChildren } from 'preact';
import { type PaymentService } from './payment-service.js';

export interface StripeFormProps {
  readonly service: PaymentService;
  /** `setup`: a card for later; `payment`: a card for this invoice; `next`: only the bank's question. */
  readonly kind: 'setup' | 'payment' | 'next';
  /** For this browser alone: never in an address, never kept. */
  readonly clientSecret: string;
  /** Where the browser goes when it is done, or comes back to from the bank. */
  readonly back: string;
  readonly button: string;
  /** Begins by itself: the person has just asked for it. */
  readonly atOnce?: boolean;
  /** What to do where Stripe's script cannot run. */
  readonly otherwise: ComponentChildren;
}

/**
 * A form that Stripe's script fills with fields of its own (`assets/billing.js`): card numbers are typed into Stripe's frame and
 * never come to us. What goes wrong is said beside the button.
 */
export function StripeForm({ service, kind, clientSecret, back, button, atOnce = false, otherwise }: StripeFormProps) {
  return (
    <form
      class="form stripe-form"
      data-stripe={kind}
      data-key={service.publishableKey}
      data-secret={clientSecret}
      data-return={back}
      data-at-once={atOnce ? 'yes' : undefined}
    >
      {kind !== 'next' && (
        <div class="stripe-fields" data-stripe-fields>
          <p class="quiet small">Loading Stripe’s form…</p>
        </div>
      )}
      <p class="problem" role="alert" data-stripe-problem />
      <div class="notice notice-warn" data-stripe-absent hidden>
        <p class="notice-title">Stripe’s form could not be loaded</p>
        <p>
          Something in the browser or the network holds it back. Allow scripts of js.stripe.com, then reload the page.
        </p>
        {otherwise}
      </div>
      <noscript>
        <div class="notice notice-warn">
          <p>Cards are typed into Stripe’s own form, which needs JavaScript.</p>
          {otherwise}
        </div>
      </noscript>
      <button type="submit" class="button" disabled>
        {button}
      </button>
    </form>
  );
}
