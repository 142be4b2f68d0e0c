import { Body, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Organizations } from '../../organizations/organizations.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { emptyForm, submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { signedIn, type Visitor, Visiting } from '../http/visitor.js';
import { OrganizationsPlace } from './organizations-place.js';
import { newOrganizationPage, organizationListPage } from './list.page.js';

const NewOrganization = z.object({ name: z.string({ error: "can't be blank" }).trim().toLowerCase() });

@Pages('orgs')
export class OrganizationListController {
  constructor(
    private readonly organizations: Organizations,
    private readonly place: OrganizationsPlace,
  ) {}

  @Get()
  async list(@Visiting() visitor: Visitor): Promise<Answer> {
    const { user } = signedIn(visitor);
    return html(organizationListPage(visitor, await this.organizations.ofUser(user.id)));
  }

  @Get('new')
  ask(@Visiting() visitor: Visitor): Answer {
    signedIn(visitor);
    return html(newOrganizationPage(visitor, this.place, emptyForm));
  }

  @Post('new')
  create(@Visiting() visitor: Visitor, @Body() body: unknown): Promise<Answer> {
    const { user, actor } = signedIn(visitor);
    return submit(
      NewOrganization,
      body,
      async ({ name }) => {
        const made = await this.organizations.create(actor, name, user);
        const trial = this.place.trialDays > 0 ? ' Its trial has begun.' : '';
        return seeOther(paths.organization(made.name), `${made.name} is ready.${trial}`);
      },
      (form) => html(newOrganizationPage(visitor, this.place, form)),
    );
  }
}
