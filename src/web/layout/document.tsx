import { type ComponentChildren, createContext } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { useContext } from 'preact/hooks';
import { assetPath } from '../assets/assets.js';

export interface DocumentProps {
  readonly title: string;
  readonly now: Date;
  /** Scripts of ours that this page needs besides `site.js`, by file name. */
  readonly scripts?: readonly string[] | undefined;
  /** The address of somebody else's script that those of ours build upon; the page's policy must allow it. */
  readonly foreignScript?: string | undefined;
  readonly children: ComponentChildren;
}

const Now = createContext(new Date(0));

/** The moment of the request: every "3 hours ago" of a page counts from the same one. */
export const useNow = (): Date => useContext(Now);

function Document({ title, now, scripts = [], foreignScript, children }: DocumentProps) {
  return (
    <Now.Provider value={now}>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <title>{title}</title>
          <link rel="icon" href={assetPath('icon.svg')} type="image/svg+xml" />
          <link rel="stylesheet" href={assetPath('site.css')} />
          <Script name="site.js" />
          {/* Scripts run in this order; one that cannot be loaded is passed over. */}
          {foreignScript && <script defer src={foreignScript} />}
          {scripts.map((name) => (
            <Script key={name} name={name} />
          ))}
        </head>
        <body>{children}</body>
      </html>
    </Now.Provider>
  );
}

const Script = ({ name }: { name: string }) => <script type="module" src={assetPath(name)} />;

/** A whole page as text. Everything in it is escaped unless it is markup of ours. */
export const renderDocument = (props: DocumentProps): string =>
  `<!doctype html>${renderToString(<Document {...props} />)}`;
