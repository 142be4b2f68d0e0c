import { Controller, Get, Param, UseGuards, UseInterceptors } from '@nestjs/common';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { Advisories } from '../advisories/advisories.js';
import { scopeOf } from '../organizations/repository.entity.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { AdvisoryShape, advisoryView } from './views/advisory.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** What `api_url` of an advisory leads to, in indexes and answers: for those who may read its repository. */
@Resource('Security advisories')
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
  @Endpoint({ summary: 'An advisory about packages of a repository', needs: 'repository.read', answer: AdvisoryShape })
  async show(@From() caller: Caller, @Param('id') id: string, @Param('repository') scope?: string) {
    const { repository } = await this.access.repository(caller, 'repository.read', scope);
    const { advisory, packages } = await this.advisories.named(repository, id);
    return advisoryView(this.urls, scopeOf(repository), advisory, packages);
  }
}
