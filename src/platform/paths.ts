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
  signup: '/signup',
  login: (back?: string): string => `/login${query({ return: back })}`,
  secondFactor: '/login/second-factor',
  logout: '/logout',
  sudo: (back?: string): string => `/sudo${query({ return: back })}`,
  verifyEmail: (token?: string): string => `/verify-email${query({ token })}`,
  forgotPassword: '/password/forgot',
  resetPassword: (token?: string): string => `/password/reset${query({ token })}`,

  profile: '/account',
  emails: '/account/emails',
  password: '/account/password',
  security: '/account/security',
  sessions: '/account/sessions',
  keys: '/account/keys',
  activity: '/account/activity',
  deleteAccount: '/account/delete',

  user: (name: string): string => `/users/${segment(name)}`,

  organizations: '/orgs',
  newOrganization: '/orgs/new',
  organization: (name: string): string => `/orgs/${segment(name)}`,
  members: (name: string): string => `/orgs/${segment(name)}/members`,
  organizationKeys: (name: string): string => `/orgs/${segment(name)}/keys`,
  audit: (name: string): string => `/orgs/${segment(name)}/audit`,
  readers: (name: string): string => `/orgs/${segment(name)}/access`,
  settings: (name: string): string => `/orgs/${segment(name)}/settings`,
  acceptInvitation: (token?: string): string => `/invitations/accept${query({ token })}`,

  packages: (search?: string): string => `/packages${query({ search })}`,
  package: (repository: string | undefined, name: string): string =>
    `/packages/${repository === undefined ? '' : `${segment(repository)}/`}${segment(name)}`,
  release: (repository: string | undefined, name: string, version: string): string =>
    `${paths.package(repository, name)}/${segment(version)}`,

  device: '/oauth/device',
  mailbox: '/dev/mailbox',
};
