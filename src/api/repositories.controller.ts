import { Controller, Get, Param, UseGuards, UseInterceptors } from '@nestjs/common';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { RepositoryShape, repositoryView } from './views/organization.view.js';
import { z } from 'zod';
import { Endpoint, Resource } from './openapi/endpoint.js';

@Resource('Repositories')
@Controller('api/repos')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class RepositoriesController {
  constructor(private readonly access: Access) {}

  /** The public one first, where there is one. */
  @Get()
  @Endpoint({
    summary: 'Repositories that you may read',
    details: 'The public one first.',
    needs: 'anyone',
    answer: z.array(RepositoryShape),
  })
  async list(@From() caller: Caller) {
    if (caller.actor.kind !== 'anonymous') this.access.credential(caller, { domain: 'api', resource: 'read' });
    return (await this.access.readable(caller)).map(repositoryView);
  }

  @Get(':repository')
  @Endpoint({ summary: 'A repository', needs: 'repository.read', answer: RepositoryShape })
  async show(@From() caller: Caller, @Param('repository') name: string) {
    return repositoryView((await this.access.repository(caller, 'repository.read', name)).repository);
  }
}
