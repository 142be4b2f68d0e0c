import { type ComponentChildren } from 'preact';
import { type Role } from '../../organizations/member.entity.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from './site-page.js';

interface Tab {
  readonly label: string;
  readonly path: (name: string) => string;
  readonly roles: readonly Role[];
}

const ALL: readonly Role[] = ['read', 'write', 'admin'];
const tabs: readonly Tab[] = [
  { label: 'Overview', path: paths.organization, roles: ALL },
  { label: 'Members', path: paths.members, roles: ALL },
  { label: 'Keys', path: paths.organizationKeys, roles: ['write', 'admin'] },
  { label: 'Who can read', path: paths.readers, roles: ['admin'] },
  { label: 'Audit log', path: paths.audit, roles: ALL },
  { label: 'Settings', path: paths.settings, roles: ALL },
];

export interface OrganizationPage {
  readonly organization: Organization;
  /** Of the visitor; decides which tabs are shown. */
  readonly role: Role;
  /** Of the page; the overview has the organization's own name. */
  readonly title: string;
  /** The address of its tab. */
  readonly tab: string;
  readonly scripts?: readonly string[] | undefined;
  readonly children: ComponentChildren;
}

/** A page of an organization, under its name and tabs. */
export function organizationPage(visitor: Visitor, page: OrganizationPage): string {
  const { organization, role, title, tab, scripts, children } = page;
  return sitePage(visitor, {
    title: title === organization.name ? title : `${title} · ${organization.name}`,
    scripts,
    children: (
      <div class="stack">
        <div class="organization-head">
          <a class="organization-name" href={paths.organization(organization.name)}>
            {organization.name}
          </a>
          <Badge>{role}</Badge>
        </div>
        <nav class="tabs" aria-label={`Organization ${organization.name}`}>
          {tabs
            .filter(({ roles }) => roles.includes(role))
            .map(({ label, path }) => (
              <a
                key={label}
                href={path(organization.name)}
                aria-current={path(organization.name) === tab ? 'page' : undefined}
              >
                {label}
              </a>
            ))}
        </nav>
        <h1 class={title === organization.name ? 'visually-hidden' : ''}>{title}</h1>
        {children}
      </div>
    ),
  });
}
