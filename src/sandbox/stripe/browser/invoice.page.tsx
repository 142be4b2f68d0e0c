import { type Answer } from '../browser-port.js';
import { type InvoiceView } from './invoice-view.js';
import { pageAnswer } from './page.js';
import { Banner } from './banner.js';

const Block = ({ head, lines }: { head: string; lines: readonly string[] }) => (
  <div>
    <h2>{head}</h2>
    <address>
      {lines.map((line) => (
        <div>{line}</div>
      ))}
    </address>
  </div>
);

const Lines = ({ lines }: Pick<InvoiceView, 'lines'>) => (
  <table class="lines">
    <thead>
      <tr>
        <th scope="col">Description</th>
        <th scope="col">Qty</th>
        <th scope="col">Unit price</th>
        <th scope="col">Amount</th>
      </tr>
    </thead>
    <tbody>
      {lines.map(({ description, period, quantity, unit, amount }) => (
        <tr>
          <td>
            {description}
            {period && <div class="quiet">{period}</div>}
          </td>
          <td>{quantity}</td>
          <td>{unit}</td>
          <td>{amount}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Facts = ({ facts, name }: { facts: InvoiceView['facts']; name: string }) => (
  <dl class={name}>
    {facts.map(([term, value]) => (
      <div>
        <dt>{term}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

/** The page that Stripe hosts for an invoice. Payment happens on the site; here it is read and kept. */
export const invoicePage = (view: InvoiceView, pdfPath: string): Answer =>
  pageAnswer({
    ...{ title: `Invoice ${view.number}`, styles: ['pages/base.css', 'pages/invoice.css'] },
    children: (
      <>
        <Banner />
        <main class="narrow invoice">
          <header class="page-head">
            <div>
              <p class="quiet">{view.seller[0]}</p>
              <h1>{view.headline}</h1>
            </div>
            <a class="button" href={pdfPath}>
              Download PDF
            </a>
          </header>
          <section class="card">
            <Facts name="facts" facts={[['Status', view.status], ...view.facts]} />
            <div class="parties">
              <Block head="From" lines={view.seller} />
              <Block head="Bill to" lines={view.buyer} />
            </div>
            <Lines lines={view.lines} />
            <Facts name="totals" facts={[...view.totals, view.due]} />
            {view.notes.length > 0 && (
              <div class="quiet">
                {view.notes.map((note) => (
                  <p>{note}</p>
                ))}
              </div>
            )}
          </section>
        </main>
      </>
    ),
  });
