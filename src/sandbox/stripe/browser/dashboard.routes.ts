import { z } from 'zod';
import { type Act, type Answer, type BrowserPort, type Route, type SandboxRequest } from '../browser-port.js';
import { STEPS } from './dashboard/clock.js';
import { customersPage } from './dashboard/customers.page.js';
import { eventsPage, unsent } from './dashboard/events.page.js';
import { PAGES } from './dashboard/pages.js';
import { paymentsPage } from './dashboard/payments.page.js';
import { webhookForm } from './dashboard/webhook-settings.js';
import { formOf } from './form.js';
import { problemAnswer } from './page.js';

const id = z.string().min(1);

const acts = z.discriminatedUnion('act', [
  z.object({ act: z.literal('cancel_subscription'), subscription: id }),
  z.object({ act: z.literal('refund_charge'), charge: id }),
  z.object({ act: z.literal('fail_refund'), refund: id }),
  z.object({ act: z.literal('open_dispute'), charge: id }),
  z.object({ act: z.literal('close_dispute'), dispute: id, outcome: z.enum(['won', 'lost']) }),
  z.object({ act: z.literal('warn_of_fraud'), charge: id }),
  z.object({ act: z.literal('settle_tax_id'), tax_id: id, status: z.enum(['verified', 'unverified']) }),
  z.object({ act: z.literal('expire_card'), payment_method: id }),
]) satisfies z.ZodType<Act>;

const step = z.object({ step: z.enum(Object.keys(STEPS) as [keyof typeof STEPS]) });
const event = z.object({ event: id });

/** Back to the page whose form it was. */
function back(request: SandboxRequest): Answer {
  const asked = formOf(request)['back'];
  const { path } = PAGES.find((page) => page.path === asked) ?? PAGES[0];
  return { status: 303, headers: { location: path, 'cache-control': 'no-store' } };
}

/** A form of the dashboard: read, done, and back. What cannot be done is told in the engine's own words. */
const onForm =
  <T>(schema: z.ZodType<T>, perform: (form: T) => unknown) =>
  async (request: SandboxRequest): Promise<Answer> => {
    const form = schema.safeParse(formOf(request));
    if (!form.success) return problemAnswer(422, 'That form is incomplete', z.prettifyError(form.error));
    try {
      await perform(form.data);
    } catch (error) {
      return problemAnswer(422, 'That cannot be done', error instanceof Error ? error.message : String(error));
    }
    return back(request);
  };

/** The sandbox for people: what is in it, its clock, and what otherwise only a bank or Stripe's dashboard does. */
export function dashboardRoutes(sandbox: BrowserPort): Route[] {
  return [
    { method: 'GET', pattern: '/', handler: () => customersPage(sandbox) },
    { method: 'GET', pattern: '/payments', handler: () => paymentsPage(sandbox) },
    { method: 'GET', pattern: '/events', handler: () => eventsPage(sandbox) },
    {
      ...{ method: 'POST', pattern: '/dashboard/clock' },
      handler: onForm(step, (form) => sandbox.advance(STEPS[form.step](sandbox))),
    },
    { method: 'POST', pattern: '/dashboard/acts', handler: onForm(acts, (act) => sandbox.act(act)) },
    { method: 'POST', pattern: '/dashboard/events', handler: onForm(event, (form) => sandbox.deliver([form.event])) },
    {
      ...{ method: 'POST', pattern: '/dashboard/unsent' },
      handler: onForm(z.object({}), () => sandbox.deliver(unsent(sandbox))),
    },
    {
      ...{ method: 'POST', pattern: '/dashboard/webhooks' },
      handler: onForm(webhookForm, ({ shuffle, ...rest }) =>
        sandbox.configureWebhooks({ ...rest, shuffle: shuffle === 'yes' }),
      ),
    },
  ];
}
