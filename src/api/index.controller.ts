import { Controller, Get, UseGuards } from '@nestjs/common';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard } from './http/authentication.guard.js';
import { z } from 'zod';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** What there is, as URL templates. */
@Resource('About')
@Controller('api')
@UseGuards(AuthenticationGuard)
export class IndexController {
  constructor(private readonly urls: Urls) {}

  @Get()
  @Endpoint({ summary: 'What there is, as URL templates', needs: 'nothing', answer: z.record(z.string(), z.string()) })
  index() {
    const { api } = this.urls;
    const [organization, pkg] = ['/orgs/{organization}', '/repos/{repository}/packages/{name}'];
    const release = `${pkg}/releases/{version}`;
    return {
      auth_url: api('/auth'),
      keys_url: api('/keys'),
      key_url: api('/keys/{name}'),
      organizations_url: api('/orgs'),
      organization_url: api(organization),
      organization_audit_logs_url: api(`${organization}/audit-logs`),
      organization_billing_url: api(`${organization}/billing`),
      organization_keys_url: api(`${organization}/keys`),
      organization_key_url: api(`${organization}/keys/{name}`),
      organization_members_url: api(`${organization}/members`),
      organization_member_url: api(`${organization}/members/{user}`),
      repositories_url: api('/repos'),
      repository_url: api('/repos/{repository}'),
      packages_url: api('/repos/{repository}/packages{?search,sort,page,per_page}'),
      all_packages_url: api('/packages{?search,sort,page,per_page}'),
      package_url: api(pkg),
      package_audit_logs_url: api(`${pkg}/audit-logs`),
      package_owners_url: api(`${pkg}/owners`),
      package_owner_url: api(`${pkg}/owners/{user}`),
      package_retirement_url: api(`${pkg}/retire`),
      package_release_url: api(release),
      package_release_docs_url: api(`${release}/docs`),
      package_release_retirement_url: api(`${release}/retire`),
      publish_url: api('/repos/{repository}/publish'),
      short_url_url: api('/short_url'),
      device_authorization_url: api('/oauth/device_authorization'),
      token_url: api('/oauth/token'),
      revoke_url: api('/oauth/revoke'),
      users_me_url: api('/users/me'),
      users_me_audit_logs_url: api('/users/me/audit-logs'),
      user_url: api('/users/{name}'),
      registry_url: this.urls.repository(),
    };
  }
}
