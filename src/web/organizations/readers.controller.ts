import { Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { ReadersOf } from '../../access/readers-of.js';
import { type Answer, html } from '../http/answers.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { isPackageName } from '../../hex/package-name.js';
import { Organizations } from '../../organizations/organizations.js';
import { Packages } from '../../packages/packages.js';
import { notFound } from '../../platform/errors.js';
import { OrganizationSights } from './organization-sights.js';
import { readersPage } from './readers.page.js';

const Asked = z.object({ package: z.string().max(200).optional().catch(undefined) });

@Pages('orgs/:organization/access')
export class ReadersController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly readers: ReadersOf,
    private readonly organizations: Organizations,
    private readonly packages: Packages,
  ) {}

  @Get()
  async show(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Query({ schema: Asked }) { package: pkg }: z.infer<typeof Asked>,
  ): Promise<Answer> {
    const sight = await this.sights.see(visitor, 'readers.read', name);
    const wanted = pkg?.trim() || undefined;
    if (wanted !== undefined) await this.mustExist(name, wanted);
    return html(readersPage(visitor, sight, await this.readers.list(sight.organization, wanted), wanted));
  }

  private async mustExist(repositoryName: string, pkg: string): Promise<void> {
    const repository = await this.organizations.repository(repositoryName);
    if (repository === null || !isPackageName(pkg) || (await this.packages.find(repository, pkg)) === null)
      throw notFound(`package ${pkg}`);
  }
}
