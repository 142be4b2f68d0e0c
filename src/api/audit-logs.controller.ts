import { Controller, Get, Param, Query, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type LogOf, Trail } from '../audit/trail.js';
import { Packages } from '../packages/packages.js';
import { notFound } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { type Paged, pageOf, Paging, windowOf } from './http/paging.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { AuditEntryShape, auditView, publicAuditView } from './views/audit.view.js';
import { z } from 'zod';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** Audit logs, newest first, for those who see them on the site. */
@Resource('Audit logs')
@Controller('api')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class AuditLogsController {
  constructor(
    private readonly access: Access,
    private readonly trail: Trail,
    private readonly packages: Packages,
    private readonly urls: Urls,
  ) {}

  @Get('users/me/audit-logs')
  @Endpoint({ summary: 'What you have done', needs: 'account.read', answer: z.array(AuditEntryShape) })
  async own(
    @From() caller: Caller,
    @Query({ schema: Paging }) asked: Paged,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { userId } = await this.access.account(caller, 'read');
    return this.page({ userId }, asked, request, reply);
  }

  @Get('orgs/:organization/audit-logs')
  @Endpoint({ summary: 'What happened in an organization', needs: 'audit.read', answer: z.array(AuditEntryShape) })
  async ofOrganization(
    @From() caller: Caller,
    @Param('organization') name: string,
    @Query({ schema: Paging }) asked: Paged,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { id } = await this.access.organization(caller, 'audit.read', name);
    return this.page({ organizationId: id }, asked, request, reply);
  }

  /** Of a public package everybody sees what happened, and its owners also from where and with which key. */
  @Get(['packages/:name/audit-logs', 'repos/:repository/packages/:name/audit-logs'])
  @Endpoint({ summary: 'What happened to a package', needs: 'audit.read', answer: z.array(AuditEntryShape) })
  async ofPackage(
    @From() caller: Caller,
    @Param() { repository: scope, name }: { repository?: string; name: string },
    @Query({ schema: Paging }) asked: Paged,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { repository, role } = await this.access.repository(caller, 'audit.read', scope, name);
    const pkg = await this.packages.find(repository, name);
    if (pkg === null) throw notFound(`package ${name}`);
    const { organizationId, name: inRepository } = repository;
    const of = { organizationId, repository: inRepository, package: name, since: pkg.createdAt };
    const view = organizationId === null && role === 'read' ? publicAuditView : auditView;
    return this.page({ package: of }, asked, request, reply, view);
  }

  private async page(of: LogOf, asked: Paged, request: FastifyRequest, reply: FastifyReply, view = auditView) {
    const found = await this.trail.numbered(of, windowOf(asked));
    return pageOf(found, asked, { urls: this.urls, request, reply }).map(view);
  }
}
