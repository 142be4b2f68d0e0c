import { type ComponentChildren } from 'preact';
import { paths } from '../../platform/paths.js';
import { Avatar } from '../components/avatar.js';
import { type Note } from '../http/cookies.js';
import { type Visitor } from '../http/visitor.js';
import { renderDocument } from './document.js';
import { Logo } from './logo.js';

export interface SitePage {
  /** Without the site's name. */
  readonly title: string;
  /** A narrow column for one thing at a time: forms of logging in, errors. */
  readonly narrow?: boolean | undefined;
  readonly scripts?: readonly string[] | undefined;
  readonly foreignScript?: string | undefined;
  readonly children: ComponentChildren;
}

/** Every page of the site: skip link, header, note, content, footer. `visitor` null: not known, so shown to nobody in particular. */
export function sitePage(visitor: Visitor | null, page: SitePage): string {
  const { title, narrow = false, scripts, foreignScript, children } = page;
  return renderDocument({
    ...{ title: `${title} · Propolis`, now: visitor?.now ?? new Date(), scripts, foreignScript },
    children: (
      <>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <Header visitor={visitor} />
        <main id="content" class={narrow ? 'narrow' : 'wide'} tabIndex={-1}>
          {visitor?.note && <Flash note={visitor.note} />}
          {children}
        </main>
        <Footer />
      </>
    ),
  });
}

function Header({ visitor }: { visitor: Visitor | null }) {
  const user = visitor?.user ?? null;
  const here = visitor?.address ?? '';
  const current = (path: string) =>
    here === path || here.startsWith(`${path}/`) || here.startsWith(`${path}?`) ? 'page' : undefined;
  return (
    <header class="site-header">
      <div class="site-header-inner">
        <a class="brand" href={paths.home} aria-label="Propolis, start page">
          <Logo />
          <span>Propolis</span>
        </a>
        <nav aria-label="Site">
          <a href={paths.packages()} aria-current={current('/packages')}>
            Packages
          </a>
          {user && (
            <a href={paths.organizations} aria-current={current('/orgs')}>
              Organizations
            </a>
          )}
        </nav>
        {user && <AccountMenu name={user.name} />}
        {/* Somebody who is not known may well be logged in: they are offered neither. */}
        {visitor !== null && user === null && (
          <div class="site-header-end">
            <a class="button button-plain" href={paths.login()}>
              Log in
            </a>
            <a class="button" href={paths.signup}>
              Sign up
            </a>
          </div>
        )}
      </div>
    </header>
  );
}

function AccountMenu({ name }: { name: string }) {
  return (
    <details class="menu site-header-end">
      <summary>
        <Avatar name={name} />
        <span class="visually-hidden">Account of </span>
        <span class="menu-name">{name}</span>
      </summary>
      <div class="menu-items">
        <a href={paths.profile}>Profile and security</a>
        <a href={paths.keys}>API keys</a>
        <a href={paths.organizations}>Organizations</a>
        <form method="post" action={paths.logout}>
          <button type="submit">Log out</button>
        </form>
      </div>
    </details>
  );
}

function Flash({ note }: { note: Note }) {
  return (
    <div class={`notice notice-${note.tone}`} role={note.tone === 'bad' ? 'alert' : 'status'}>
      {note.text}
    </div>
  );
}

function Footer() {
  return (
    <footer class="site-footer">
      <div class="site-footer-inner">
        <span>Propolis seals your hive.</span>
        <a href="/repo/public_key">Public key</a>
        <a href={paths.apiDocs}>API</a>
      </div>
    </footer>
  );
}
