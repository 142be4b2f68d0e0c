/** What one sets in Stripe's dashboard, as far as the sandbox knows it. */
export interface Settings {
  /** Where the seller is; decides on reverse charge. */
  country: string;
  /** How many days after the try before it each retry comes, and what becomes of the subscription after the last. */
  retryAfterDays: number[];
  afterRetries: 'cancel' | 'unpaid' | 'past_due' | 'pause';
  /** Seconds that a renewal stays a draft. */
  finalizeAfter: number;
  upcomingBefore: number;
  trialWillEndBefore: number;
}

const hour = 3600;
const day = 24 * hour;

/** Three retries within fifteen days, then cancelled: what hexpm promises its customers. */
export const defaultSettings: Settings = {
  ...{ country: 'US', retryAfterDays: [3, 5, 7], afterRetries: 'cancel' },
  ...{ finalizeAfter: hour, upcomingBefore: 7 * day, trialWillEndBefore: 3 * day },
};
