import { type ComponentChildren } from 'preact';
import { type Action, ruleOf } from '../../access/table.js';
import { type Role } from '../../organizations/member.entity.js';
import { type Organization } from '../../organizations/organization.entity.js';
import { type Standing } from '../../organizations/standing.js';
import { paths } from '../../platform/paths.js';
import { Badge } from '../components/badge.js';
import { PostButton } from '../components/form.js';
import { Notice } from '../components/notice.js';
import { dayOf } from '../components/when.js';
import { type Visitor } from '../http/visitor.js';
import { StandingBanner } from '../organizations/standing-banner.js';
import { sitePage } from './site-page.js';

interface Tab {
  readonly label: string;
  readonly path: (name: string) => string;
  /** Shown to those who may do this. */
  readonly action: Action;
}

const tabs: readonly Tab[] = [
  { label: 'Overview', path: paths.organization, action: 'organization.see' },
  { label: 'Members', path: paths.members, action: 'members.read' },
  { label: 'Keys', path: paths.organizationKeys, action: 'keys.read' },
  { label: 'Policies', path: paths.policies, action: 'policies.read' },
  { label: 'Who can read', path: paths.readers, action: 'readers.read' },
  { label: 'Audit log', path: paths.audit, action: 'audit.read' },
  { label: 'Billing', path: paths.billing, action: 'billing.manage' },
  { label: 'Settings', path: paths.settings, action: 'organization.see' },
];

/** May this role do that? For showing only what is there for somebody; the handler asks `access` when it is done. */
export const may = (role: Role, action: Action): boolean => ruleOf(action).roles.includes(role);

export interface OrganizationPage {
  readonly organization: Organization;
  /** Of the visitor; decides which tabs are shown. */
  readonly role: Role;
  readonly standing: Standing;
  /** Of the page; the overview has the organization's own name. */
  readonly title: string;
  /** The address of its tab. */
  readonly tab: string;
  readonly scripts?: readonly string[] | undefined;
  readonly foreignScript?: string | undefined;
  /** False on pages that say more about the standing themselves. */
  readonly banner?: boolean;
  readonly children: ComponentChildren;
}

/** A page of an organization, under its name and tabs. */
export function organizationPage(visitor: Visitor, page: OrganizationPage): string {
  const { organization, role, standing, title, tab, scripts, foreignScript, banner = true, children } = page;
  const { name, displayName } = organization;
  return sitePage(visitor, {
    title: title === name ? title : `${title} · ${name}`,
    scripts,
    foreignScript,
    children: (
      <div class="stack">
        <div class="organization-head">
          <a class="organization-name" href={paths.organization(name)}>
            {displayName ?? name}
          </a>
          {displayName !== null && <span class="quiet mono">{name}</span>}
          <Badge>{role}</Badge>
        </div>
        <nav class="tabs" aria-label={`Organization ${name}`}>
          {tabs
            .filter(({ action }) => may(role, action) && (visitor.mayBuy || action !== 'billing.manage'))
            .map(({ label, path }) => (
              <a key={label} href={path(name)} aria-current={path(name) === tab ? 'page' : undefined}>
                {label}
              </a>
            ))}
        </nav>
        <Closing organization={organization} role={role} />
        {banner && <StandingBanner {...{ name, standing, mayPay: may(role, 'billing.manage'), now: visitor.now }} />}
        <h1 class={title === name ? 'visually-hidden' : ''}>{title}</h1>
        {children}
      </div>
    ),
  });
}

/** On every page of an organization that waits for its deletion. */
function Closing({ organization: { name, deletionAt }, role }: Pick<OrganizationPage, 'organization' | 'role'>) {
  if (deletionAt === null) return null;
  return (
    <Notice tone="bad" title={`${name} will be deleted on ${dayOf(deletionAt)}`}>
      <p>Packages can be fetched until then. Nothing can be published any more.</p>
      {may(role, 'organization.manage') && (
        <p class="actions">
          <PostButton action={paths.settingsAct(name, 'keep')} tone="plain" small>
            Cancel the deletion
          </PostButton>
          <a class="button button-plain button-small" href={paths.exportOf(name)}>
            Export everything
          </a>
        </p>
      )}
    </Notice>
  );
}
