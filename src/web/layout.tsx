import { type ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

export interface PageProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Page({ title, children }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="stylesheet" href="/assets/site.css" />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

/** A whole page as text. Everything in it is escaped unless it is markup of ours. */
export function renderPage(props: PageProps): string {
  return `<!doctype html>${renderToString(<Page {...props} />)}`;
}
