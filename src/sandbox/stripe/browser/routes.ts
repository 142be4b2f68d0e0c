import { type BrowserPort, type Route } from '../browser-port.js';
import { assetAnswer, stripeJsAnswer } from './assets.js';
import { challengeRoutes } from './challenge.routes.js';
import { dashboardRoutes } from './dashboard.routes.js';
import { guarded } from './guard.js';
import { invoiceRoutes } from './invoice.routes.js';
import { problemAnswer } from './page.js';
import { paymentElementPage } from './payment-element.page.js';

/** All that people and their browsers see of the sandbox. */
export function browserRoutes(sandbox: BrowserPort): Route[] {
  const missing = () => problemAnswer(404, 'Not found', 'There is nothing at this address.');
  const routes: Route[] = [
    { method: 'GET', pattern: '/endive/stripe.js', handler: stripeJsAnswer },
    { method: 'GET', pattern: '/assets/*', handler: ({ params }) => assetAnswer(params['rest'] ?? '') ?? missing() },
    { method: 'GET', pattern: '/elements/payment', handler: () => paymentElementPage(sandbox.now()) },
    ...challengeRoutes(sandbox),
    ...invoiceRoutes(sandbox),
    ...dashboardRoutes(sandbox),
  ];
  return routes.map((route) => guarded(sandbox, route));
}
