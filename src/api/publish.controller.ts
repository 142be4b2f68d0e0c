import { Controller, Param, Post, Query, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { Advisories } from '../advisories/advisories.js';
import { scopeOf, type Repository } from '../organizations/repository.entity.js';
import { type Published, Publishing } from '../packages/publishing.js';
import { Releases } from '../packages/releases.js';
import { type Tx } from '../platform/database.js';
import { DomainError, invalidFields } from '../platform/errors.js';
import { askForBody } from '../platform/http/server.js';
import { Urls } from '../platform/urls.js';
import { Registry } from '../registry/registry.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { Flag } from './http/input.js';
import { received } from './http/release-path.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { ReleaseShape, releaseView } from './views/release.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** How long an answer waits for its index. Well below the 15 s after which mix gives up. */
export const VISIBLE_MS = 10_000;

const Options = z.object({ replace: Flag.default(true) });

/**
 * Publishing, by its two roads: `POST …/publish` learns the package from the tarball, `POST …/packages/NAME/releases` also
 * holds the tarball to the name in the path. Who may not publish is told before the body is sent (`Expect: 100-continue`);
 * once the package is known, and time has passed, the question is asked again.
 */
@Resource('Releases')
@Controller(['api', 'api/repos/:repository'])
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class PublishController {
  constructor(
    private readonly access: Access,
    private readonly publishing: Publishing,
    private readonly releases: Releases,
    private readonly advisories: Advisories,
    private readonly registry: Registry,
    private readonly urls: Urls,
  ) {}

  @Post(['publish', 'packages/:name/releases'])
  @Endpoint({
    summary: 'Publish a release',
    details: 'The body is the package as `mix hex.build` makes it. The answer comes when clients can fetch it.',
    needs: 'package.publish',
    body: 'tarball',
    answer: ReleaseShape,
    also: { 200: { when: 'It replaced one, or was there already.', content: ReleaseShape } },
  })
  async publish(
    @From() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query({ schema: Options }) { replace }: z.infer<typeof Options>,
    @Param('repository') scope?: string,
    @Param('name') name?: string,
  ) {
    const { repository } = await this.access.repository(caller, 'package.publish', scope, name);
    const length = request.headers['content-length'];
    this.publishing.checkLength(length === undefined ? undefined : Number(length));
    askForBody(request.raw, reply.raw);
    const upload = await received(reply, this.publishing.open(request.raw));
    try {
      const { name: given } = upload.metadata;
      if (name !== undefined && given !== name) throw invalidFields({ name: 'metadata does not match package name' });
      const opened = await this.access.repository(caller, 'package.publish', scope, given);
      const stillMay = (tx: Tx) => this.access.hold(tx, caller, 'package.publish', opened);
      const published = await this.publishing.publish(caller.actor, repository, upload, replace, stillMay);
      return await this.answer(reply, repository, published);
    } finally {
      await upload.discard();
    }
  }

  /** A publish that returned is fetchable: the answer waits for the signed index that shows it. */
  private async answer(reply: FastifyReply, repository: Repository, { pkg, release, outcome, state }: Published) {
    if (!(await this.registry.untilVisible(state, VISIBLE_MS)))
      throw new DomainError(
        'unavailable',
        'index_late',
        `${pkg.name} ${release.version} is stored, but its index is not ready yet; publish again to check`,
      );
    void reply
      .status(outcome === 'created' ? 201 : 200)
      .header('location', this.urls.release(scopeOf(repository), pkg.name, release.version));
    const [details, concerns] = await Promise.all([
      this.releases.details(release),
      this.advisories.ofPackage(repository.id, pkg.name),
    ]);
    return releaseView(this.urls, repository, pkg, release, details, concerns, 0);
  }
}
