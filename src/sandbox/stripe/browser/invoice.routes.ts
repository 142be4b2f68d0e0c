import { type Answer, type BrowserPort, type Route, type SandboxRequest } from '../browser-port.js';
import { invoicePage } from './invoice.page.js';
import { invoicePdf } from './invoice-pdf.js';
import { invoiceView } from './invoice-view.js';
import { problemAnswer } from './page.js';

/** `hosted_invoice_url` and `invoice_pdf`: whoever has the address may read, as with Stripe. */
export function invoiceRoutes(sandbox: BrowserPort): Route[] {
  const invoiceOf = ({ params }: SandboxRequest) => sandbox.findInvoice(params['token'] ?? '');
  const unknown = () => problemAnswer(404, 'Unknown invoice', 'There is no invoice with this address.');

  const show = (request: SandboxRequest): Answer => {
    const invoice = invoiceOf(request);
    if (invoice === undefined) return unknown();
    return invoicePage(invoiceView(sandbox, invoice), `${request.url.pathname}/pdf`);
  };

  const download = (request: SandboxRequest): Answer => {
    const invoice = invoiceOf(request);
    if (invoice === undefined) return unknown();
    const view = invoiceView(sandbox, invoice);
    const name = `Invoice-${view.number.replaceAll(/[^\w-]/g, '')}.pdf`;
    const disposition = `attachment; filename="${name}"`;
    return {
      status: 200,
      headers: { 'content-type': 'application/pdf', 'content-disposition': disposition, 'cache-control': 'no-store' },
      body: invoicePdf(view, new Date(invoice.created * 1000)),
    };
  };

  return [
    { method: 'GET', pattern: '/invoice/:token', handler: show },
    { method: 'GET', pattern: '/invoice/:token/pdf', handler: download },
  ];
}
