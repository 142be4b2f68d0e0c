import { Controller, Get, UseGuards } from '@nestjs/common';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard } from './http/authentication.guard.js';

/** What there is, as URL templates. */
@Controller('api')
@UseGuards(AuthenticationGuard)
export class IndexController {
  constructor(private readonly urls: Urls) {}

  @Get()
  index() {
    return {
      auth_url: this.urls.api('/auth'),
      keys_url: this.urls.api('/keys'),
      key_url: this.urls.api('/keys/{name}'),
      organizations_url: this.urls.api('/orgs'),
      organization_url: this.urls.api('/orgs/{organization}'),
      organization_keys_url: this.urls.api('/orgs/{organization}/keys'),
      organization_members_url: this.urls.api('/orgs/{organization}/members'),
      repositories_url: this.urls.api('/repos'),
      packages_url: this.urls.api('/repos/{repository}/packages'),
      package_url: this.urls.api('/repos/{repository}/packages/{name}'),
      package_release_url: this.urls.api('/repos/{repository}/packages/{name}/releases/{version}'),
      publish_url: this.urls.api('/repos/{repository}/publish'),
      token_url: this.urls.api('/oauth/token'),
      users_me_url: this.urls.api('/users/me'),
      user_url: this.urls.api('/users/{name}'),
      registry_url: this.urls.repository(),
    };
  }
}
