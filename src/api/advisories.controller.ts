import { Controller, Get, Param, UseGuards, UseInterceptors } from '@nestjs/common';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { Advisories } from '../advisories/advisories.js';
import { scopeOf } from '../organizations/repository.entity.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { advisoryView } from './views/advisory.view.js';

/** What `api_url` of an advisory leads to, in indexes and answers: for those who may read its repository. */
@Controller(['api/advisories', 'api/repos/:repository/advisories'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class AdvisoriesController {
  constructor(
    private readonly access: Access,
    private readonly advisories: Advisories,
    private readonly urls: Urls,
  ) {}

  @Get(':id')
  async show(@From() caller: Caller, @Param('id') id: string, @Param('repository') scope?: string) {
    const { repository } = await this.access.repository(caller, 'repository.read', scope);
    const { advisory, packages } = await this.advisories.named(repository, id);
    return advisoryView(this.urls, scopeOf(repository), advisory, packages);
  }
}
