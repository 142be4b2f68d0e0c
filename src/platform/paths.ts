/**
 * The addresses of the site's pages, without the host: pages link with these, mails put PUBLIC_URL before them (`Urls.page`).
 * `repository` is undefined for the public one.
 */
const segment = encodeURIComponent;
const query = (values: Record<string, string | undefined>): string => {
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

export const paths = {
  home: '/',
  /** The API, described for people. */
  apiDocs: '/api-docs',
  signup: '/signup',
  completeSignup: (
    token?: string,
    wish: { username?: string | undefined; fullName?: string | undefined } = {},
  ): string => `/signup/complete${query({ token, username: wish.username, full_name: wish.fullName })}`,
  login: (back?: string): string => `/login${query({ return: back })}`,
  passkeyLogin: '/login/passkey',
  /** What a browser's passkey is asked, for the scripts. */
  passkeyOptions: (purpose: 'login' | 'second-factor' | 'sudo' | 'new'): string => `/passkeys/options/${purpose}`,
  secondFactor: (back?: string): string => `/login/second-factor${query({ return: back })}`,
  logout: '/logout',
  sudo: (back?: string): string => `/sudo${query({ return: back })}`,
  verifyEmail: (token?: string): string => `/verify-email${query({ token })}`,
  forgotPassword: '/password/forgot',
  resetPassword: (token?: string): string => `/password/reset${query({ token })}`,

  profile: '/account',
  emails: '/account/emails',
  password: '/account/password',
  security: '/account/security',
  totp: '/account/security/totp',
  passkeys: '/account/security/passkeys',
  recoveryCodes: '/account/security/recovery-codes',
  sessions: '/account/sessions',
  keys: '/account/keys',
  /** A person's own keys, or those of an organization. */
  keysOf: (organization?: string): string =>
    organization === undefined ? paths.keys : paths.organizationKeys(organization),
  activity: '/account/activity',
  olderActivity: (before: string): string => `/account/activity${query({ before })}`,
  deleteAccount: '/account/delete',

  stripeWebhook: '/webhooks/stripe',

  user: (name: string): string => `/users/${segment(name)}`,

  organizations: '/orgs',
  newOrganization: '/orgs/new',
  organization: (name: string): string => `/orgs/${segment(name)}`,
  members: (name: string): string => `/orgs/${segment(name)}/members`,
  organizationKeys: (name: string): string => `/orgs/${segment(name)}/keys`,
  policies: (name: string): string => `/orgs/${segment(name)}/policies`,
  newPolicy: (name: string): string => `${paths.policies(name)}/new`,
  policy: (name: string, policy: string): string => `${paths.policies(name)}/${segment(policy)}`,
  editPolicy: (name: string, policy: string): string => `${paths.policy(name, policy)}/edit`,
  deletePolicy: (name: string, policy: string): string => `${paths.policy(name, policy)}/delete`,
  audit: (name: string): string => `/orgs/${segment(name)}/audit`,
  billing: (name: string): string => `/orgs/${segment(name)}/billing`,
  readers: (name: string): string => `/orgs/${segment(name)}/access`,
  billingDetails: (name: string): string => `${paths.billing(name)}/details`,
  billingCard: (name: string): string => `${paths.billing(name)}/card`,
  /** Where the browser comes back to with a card that has been set up. */
  billingCardDone: (name: string): string => `${paths.billing(name)}/card/done`,
  subscribe: (name: string): string => `${paths.billing(name)}/subscribe`,
  seats: (name: string): string => `${paths.billing(name)}/seats`,
  plan: (name: string): string => `${paths.billing(name)}/plan`,
  /** A change with its price, to be confirmed. */
  billingChange: (name: string, operation: string): string => `${paths.billing(name)}/changes/${segment(operation)}`,
  cancelSubscription: (name: string): string => `${paths.billing(name)}/cancel`,
  resumeSubscription: (name: string): string => `${paths.billing(name)}/resume`,
  coupon: (name: string): string => `${paths.billing(name)}/coupon`,
  refreshBilling: (name: string): string => `${paths.billing(name)}/refresh`,
  invoice: (name: string, id: string): string => `${paths.billing(name)}/invoices/${segment(id)}`,
  invoiceAct: (name: string, id: string, act: 'pay' | 'abandon' | 'done' | 'pdf'): string =>
    `${paths.invoice(name, id)}/${act}`,
  /** All PDFs in one archive. */
  allInvoices: (name: string): string => `${paths.billing(name)}/invoices.zip`,
  settings: (name: string): string => `/orgs/${segment(name)}/settings`,
  /** What is done on the members page: to a member, or to an invitation. */
  memberAct: (name: string, user: string, act: 'role' | 'remove'): string =>
    `${paths.members(name)}/${segment(user)}/${act}`,
  invite: (name: string): string => `/orgs/${segment(name)}/invitations`,
  invitationAct: (name: string, id: string, act: 'resend' | 'revoke'): string =>
    `${paths.invite(name)}/${segment(id)}/${act}`,
  auditPage: (name: string, asked: Record<string, string | undefined>, format: '' | '.csv' | '.jsonl' = ''): string =>
    `${paths.audit(name)}${format}${query(asked)}`,
  readersOf: (name: string, pkg?: string): string => `${paths.readers(name)}${query({ package: pkg })}`,
  settingsAct: (name: string, act: 'profile' | 'rename' | 'hand-over' | 'leave' | 'delete' | 'keep'): string =>
    `${paths.settings(name)}/${act}`,
  exportOf: (name: string): string => `/orgs/${segment(name)}/export.tar`,
  invitedSignup: (token?: string): string => `/invitations/sign-up${query({ token })}`,
  acceptInvitation: (token?: string): string => `/invitations/accept${query({ token })}`,

  packages: (search?: string): string => `/packages${query({ search })}`,
  package: (repository: string | undefined, name: string): string =>
    `/packages/${repository === undefined ? '' : `${segment(repository)}/`}${segment(name)}`,
  release: (repository: string | undefined, name: string, version: string): string =>
    `${paths.package(repository, name)}/${segment(version)}`,
  packageList: (asked: Record<'search' | 'sort' | 'organization' | 'page', string | undefined>): string =>
    `/packages${query(asked)}`,
  packageTab: (repository: string | undefined, name: string, tab: string, page?: string): string =>
    `${paths.package(repository, name)}${query({ tab, page })}`,
  releaseAct: (
    act: 'retire' | 'unretire' | 'revert',
    repository: string | undefined,
    name: string,
    version: string,
  ): string => `${paths.release(repository, name, version)}/${act}`,
  packageOwners: (name: string, act?: 'remove'): string =>
    `${paths.package(undefined, name)}/owners${act === undefined ? '' : `/${act}`}`,

  /** What a short code stands for. */
  shortened: (code: string): string => `/l/${segment(code)}`,
  device: (userCode?: string): string => `/oauth/device${query({ user_code: userCode })}`,
  deviceDone: '/oauth/device/done',
  authorize: '/oauth/authorize',
  revokeGrant: (id: string): string => `/account/sessions/grants/${segment(id)}/revoke`,
  mailbox: '/dev/mailbox',
  mail: (id: string): string => `/dev/mailbox/${segment(id)}`,
  mailHtml: (id: string): string => `${paths.mail(id)}/html`,
};
