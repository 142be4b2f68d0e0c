import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Access, type Opened } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type Action } from '../access/table.js';
import { scopeOf } from '../organizations/repository.entity.js';
import { Docs, type DocsPlace } from '../packages/docs.js';
import { type StillMay } from '../packages/releases.js';
import { type Tx } from '../platform/database.js';
import { DomainError, notFound } from '../platform/errors.js';
import { askForBody } from '../platform/http/server.js';
import { Urls } from '../platform/urls.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { checkVersion, received, type ReleasePath } from './http/release-path.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const PATH = 'packages/:name/releases/:version/docs';

/**
 * Documentation tarballs of releases. Who may publish a release may publish its documentation; that there is no such
 * release is told before the body is sent, which mix takes for "not being published yet".
 */
@Resource('Documentation')
@Controller([`api/${PATH}`, `api/repos/:repository/${PATH}`])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class DocsController {
  constructor(
    private readonly access: Access,
    private readonly docs: Docs,
    private readonly urls: Urls,
  ) {}

  @Get()
  @HttpCode(302)
  @Endpoint({ summary: 'Where the documentation tarball is', needs: 'package.read', answer: null })
  async show(@From() caller: Caller, @Param() path: ReleasePath, @Res({ passthrough: true }) reply: FastifyReply) {
    const { place } = await this.open(caller, 'package.read', path);
    if ((await this.docs.find(place.repository.id, place.name, place.version)) === null)
      throw notFound(`docs of ${place.name} ${place.version}`);
    void reply.header('location', this.address(place));
  }

  @Post()
  @HttpCode(201)
  @Endpoint({
    summary: 'Publish documentation',
    details: 'The body is a gzipped tar.',
    needs: 'package.publish',
    answer: null,
    body: 'tarball',
  })
  async publish(
    @From() caller: Caller,
    @Param() path: ReleasePath,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { place, stillMay } = await this.open(caller, 'package.publish', path);
    await this.docs.mustHaveRelease(place);
    const length = request.headers['content-length'];
    this.docs.checkLength(length === undefined ? undefined : Number(length));
    askForBody(request.raw, reply.raw);
    const upload = await received(reply, this.docs.open(request.raw));
    try {
      await this.docs.publish(caller.actor, place, upload, stillMay);
    } finally {
      await upload.discard();
    }
    // mix shows it to the person at it.
    void reply.header('location', this.address(place));
  }

  @Delete()
  @HttpCode(204)
  @Endpoint({ summary: 'Take documentation back', needs: 'release.revert', answer: null })
  async revert(@From() caller: Caller, @Param() path: ReleasePath) {
    try {
      const { place, stillMay } = await this.open(caller, 'release.revert', path);
      await this.docs.revert(caller.actor, place, stillMay);
    } catch (error) {
      throw path.repository === undefined ? lookedInPublic(error, path) : error;
    }
  }

  private async open(
    caller: Caller,
    action: Action,
    { repository: scope, name, version }: ReleasePath,
  ): Promise<{ place: DocsPlace; stillMay: StillMay }> {
    const opened: Opened = await this.access.repository(caller, action, scope, name);
    checkVersion(version);
    const stillMay = (tx: Tx) => this.access.hold(tx, caller, action, opened);
    return { place: { repository: opened.repository, name, version }, stillMay };
  }

  private address({ repository, name, version }: DocsPlace): string {
    return this.urls.docsTarball(scopeOf(repository), name, version);
  }
}

/**
 * rebar3_hex asks here whatever `--repo` says, and its user would be told that something is absent which they see on the site.
 * To guess the organization would be to delete what was not named.
 */
function lookedInPublic(error: unknown, { version }: ReleasePath): unknown {
  if (!(error instanceof DomainError) || error.kind !== 'not_found') return error;
  const ways = `"mix hex.publish docs --revert ${version} --organization ORG" or "rebar3 hex publish --revert ${version}" for all of the release`;
  const hint = `only the public repository was looked in, as "rebar3 hex publish docs --revert" does for organizations too; for theirs: ${ways}`;
  return new DomainError(error.kind, error.code, `${error.message} (${hint})`);
}
