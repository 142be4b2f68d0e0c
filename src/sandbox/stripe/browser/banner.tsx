/** On every page of the sandbox, so that nobody takes it for the real thing. */
export const Banner = () => (
  <p class="banner">
    <strong>SANDBOX</strong> A stand-in for Stripe on this computer. No real money.
  </p>
);
