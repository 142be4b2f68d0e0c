import { type StripeSandbox } from '../../src/sandbox/stripe/sandbox.js';

export type StripeCall = Parameters<NonNullable<Parameters<StripeSandbox['intercept']>[0]>>[0];

const KINDS = [
  'customer',
  'subscription',
  'invoice',
  'setup_intent',
  'payment_method',
  'subscription_schedule',
] as const;

/** The id of the organization whose money a call is about; undefined for prices and the like, which are everybody's. */
export function organizationsBehind(sandbox: StripeSandbox): (call: StripeCall) => string | undefined {
  // A card that was detached does not say any more whose it was.
  const known = new Map<string, string | undefined>();
  return (call) => {
    const found = organizationBehind(sandbox, call) ?? (call.phase === 'after' ? known.get(call.path) : undefined);
    if (call.phase === 'before') known.set(call.path, found);
    return found;
  };
}

function organizationBehind(sandbox: StripeSandbox, { path, params }: StripeCall): string | undefined {
  const metadata = params['metadata'] as Record<string, string> | undefined;
  if (path === '/v1/customers') return metadata?.['org_id'];
  const named = ['customer', 'subscription', 'from_subscription'].map((name) => params[name]);
  for (const id of [...named, ...path.split('/')]) {
    const customer = typeof id === 'string' && id !== '' ? customerOf(sandbox, id) : undefined;
    if (customer !== undefined) return sandbox.object('customer', customer)?.metadata?.['org_id'];
  }
  return undefined;
}

function customerOf(sandbox: StripeSandbox, id: string): string | undefined {
  for (const kind of KINDS) {
    const found = sandbox.object(kind, id);
    if (found === undefined) continue;
    const whose = kind === 'customer' ? found.id : (found as { customer?: unknown }).customer;
    return typeof whose === 'string' ? whose : undefined;
  }
  return undefined;
}
