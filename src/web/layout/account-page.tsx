import { type ComponentChildren } from 'preact';
import { paths } from '../../platform/paths.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from './site-page.js';

const sections = [
  ...[['Profile', paths.profile] as const, ['E-mail addresses', paths.emails] as const],
  ...[['Password', paths.password] as const, ['Two-factor and passkeys', paths.security] as const],
  ...[['Sessions', paths.sessions] as const, ['API keys', paths.keys] as const],
  ...[['Activity', paths.activity] as const, ['Delete account', paths.deleteAccount] as const],
];

export interface AccountPage {
  readonly title: string;
  /** The section of the side list this page belongs to: one of `paths`. */
  readonly section: string;
  readonly lead?: ComponentChildren;
  readonly scripts?: readonly string[] | undefined;
  readonly children: ComponentChildren;
}

/** A page of somebody's own account, beside the list of all of them. */
export function accountPage(visitor: Visitor, { title, section, lead, scripts, children }: AccountPage): string {
  return sitePage(visitor, {
    title,
    scripts,
    children: (
      <div class="with-sidebar">
        <nav class="sidebar" aria-label="Account">
          {sections.map(([label, path]) => (
            <a key={path} href={path} aria-current={path === section ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <div class="stack">
          <div class="page-head">
            <h1>{title}</h1>
            {lead && <p class="lead">{lead}</p>}
          </div>
          {children}
        </div>
      </div>
    ),
  });
}
