import { Body, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { problemsOf } from '../../hex/policy-rules.js';
import { type PolicyState } from '../../policies/policies.events.js';
import { Policies } from '../../policies/policies.js';
import { paths } from '../../platform/paths.js';
import { PolicyBuilding } from '../../registry/policy-building.js';
import { type Answer, html, type SeeOther, seeOther } from '../http/answers.js';
import { submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { type Visitor, Visiting } from '../http/visitor.js';
import { OrganizationSights, type Sight } from '../organizations/organization-sights.js';
import { policiesPage } from './policies.page.js';
import {
  draftOf,
  newDraft,
  type PolicyDraft,
  pressed,
  problemFields,
  readDraft,
  rulesOf,
  valuesOf,
} from './policy-draft.js';
import { policyFormPage } from './policy-form.page.js';
import { policyPage } from './policy.page.js';

/** Well within what a browser waits; who reads the note a moment later finds it true. */
const VISIBLE_MS = 5_000;

/** What projects may depend on. */
@Pages('orgs/:organization/policies')
export class PoliciesController {
  constructor(
    private readonly sights: OrganizationSights,
    private readonly policies: Policies,
    private readonly building: PolicyBuilding,
  ) {}

  @Get()
  async list(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.see(visitor, 'policies.read', name);
    return html(policiesPage(visitor, sight, await this.policies.list(sight.organization)));
  }

  @Get('new')
  async begin(@Visiting() visitor: Visitor, @Param('organization') name: string): Promise<Answer> {
    const sight = await this.sights.change(visitor, 'policies.manage', name, paths.newPolicy(name));
    return this.form(visitor, sight, undefined, newDraft);
  }

  @Post('new')
  async create(@Visiting() visitor: Visitor, @Param('organization') name: string, @Body() body: unknown) {
    const sight = await this.sights.change(visitor, 'policies.manage', name, paths.newPolicy(name));
    return this.sent(visitor, sight, undefined, body);
  }

  @Get(':policy')
  async show(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('policy') policy: string) {
    const sight = await this.sights.see(visitor, 'policies.read', name);
    return html(policyPage(visitor, sight, await this.policies.named(sight.organization, policy)));
  }

  @Get(':policy/edit')
  async edit(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('policy') policy: string) {
    const sight = await this.sights.change(visitor, 'policies.manage', name, paths.editPolicy(name, policy));
    const draft = draftOf(await this.policies.named(sight.organization, policy));
    return this.form(visitor, sight, policy, draft);
  }

  @Post(':policy/edit')
  async change(
    @Visiting() visitor: Visitor,
    @Param('organization') name: string,
    @Param('policy') policy: string,
    @Body() body: unknown,
  ): Promise<Answer> {
    const sight = await this.sights.change(visitor, 'policies.manage', name, paths.editPolicy(name, policy));
    await this.policies.named(sight.organization, policy);
    return this.sent(visitor, sight, policy, body);
  }

  @Post(':policy/delete')
  async remove(@Visiting() visitor: Visitor, @Param('organization') name: string, @Param('policy') policy: string) {
    const sight = await this.sights.change(visitor, 'policies.manage', name, paths.policy(name, policy));
    const state = await this.policies.remove(sight.actor, sight.organization, policy);
    return this.done(state, paths.policies(name), `${policy} has been deleted.`);
  }

  /** A button that changes rows shows the form again; the one that saves does so only where something is wrong. */
  private async sent(visitor: Visitor, sight: Sight, policy: string | undefined, body: unknown): Promise<Answer> {
    const draft = readDraft(body);
    const next = pressed(draft, body);
    if (next !== null) return this.form(visitor, sight, policy, next.draft, {}, next.focus);
    const problems = problemFields(problemsOf(rulesOf(draft), sight.organization.name));
    if (Object.keys(problems).length > 0) return { ...this.form(visitor, sight, policy, draft, problems), status: 422 };
    return submit(
      z.unknown(),
      body,
      async () => {
        const { organization, actor } = sight;
        const isNew = policy === undefined;
        const saved = await this.policies.save(actor, organization, policy ?? draft.name, rulesOf(draft), isNew);
        const { name } = saved.policy;
        const note = isNew ? `${name} is there: projects can ask for it.` : `${name} has been saved.`;
        return this.done(saved.state, paths.policy(organization.name, name), note);
      },
      ({ problems: refused, message }) => this.form(visitor, sight, policy, draft, refused, null, message),
    );
  }

  private form(
    visitor: Visitor,
    sight: Sight,
    name: string | undefined,
    draft: PolicyDraft,
    problems: Record<string, string> = {},
    focus: string | null = null,
    message?: string,
  ) {
    const form = { values: valuesOf(draft), problems, message };
    return html(policyFormPage(visitor, sight, { name, draft, form, focus }));
  }

  /** What the note says is so for clients too. */
  private async done(state: PolicyState, page: string, note: string): Promise<SeeOther> {
    const visible = await this.building.untilVisible(state, VISIBLE_MS);
    return seeOther(page, visible ? note : `${note} Clients will see it in a moment.`);
  }
}
