import { type ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { type Answer } from '../browser-port.js';

export interface Page {
  readonly title: string;
  /** Under `assets/`. */
  readonly styles: readonly string[];
  readonly script?: string;
  /** May other sites show it in a frame? */
  readonly framed?: boolean;
  /** Where a form of this page may end besides here. */
  readonly formTarget?: string | undefined;
  readonly status?: number;
  readonly children: ComponentChildren;
}

/** Nothing but our own files, no inline script or style. */
const policy = ({ framed = false, formTarget }: Page): string =>
  [
    ...[
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      'img-src data:',
    ],
    `form-action 'self'${formTarget === undefined ? '' : ` ${formTarget}`}`,
    `frame-ancestors ${framed ? '*' : "'none'"}`,
  ].join('; ');

function Document({ title, styles, script, children }: Page) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        {styles.map((style) => (
          <link key={style} rel="stylesheet" href={`/assets/${style}`} />
        ))}
        {script && <script type="module" src={`/assets/${script}`} />}
      </head>
      <body>{children}</body>
    </html>
  );
}

/** A whole page. Everything in it is escaped unless it is markup of ours. */
export const pageAnswer = (page: Page): Answer => ({
  status: page.status ?? 200,
  headers: {
    ...{ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    ...{ 'content-security-policy': policy(page), 'x-content-type-options': 'nosniff' },
    ...{ 'referrer-policy': 'same-origin', 'cross-origin-resource-policy': 'cross-origin' },
  },
  body: `<!doctype html>${renderToString(<Document {...page} />)}`,
});

/** What is not there, or is not yours to see. */
export const problemAnswer = (status: number, title: string, words: string): Answer =>
  pageAnswer({
    ...{ title, status, styles: ['pages/base.css'] },
    children: (
      <main class="narrow">
        <h1>{title}</h1>
        <p>{words}</p>
        <p>
          <a href="/">To the sandbox’s dashboard</a>
        </p>
      </main>
    ),
  });
