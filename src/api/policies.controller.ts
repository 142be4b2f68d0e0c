import { Body, Controller, Delete, Get, HttpCode, Param, Put, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { type Caller } from '../access/callers.js';
import { type Action } from '../access/table.js';
import { severities } from '../hex/registry/advisory.js';
import { overrideActions, visibilities } from '../hex/registry/policy.js';
import { retirementReasons } from '../hex/registry/retirement.js';
import { type PolicyState } from '../policies/policies.events.js';
import { Policies } from '../policies/policies.js';
import { DomainError } from '../platform/errors.js';
import { Urls } from '../platform/urls.js';
import { PolicyBuilding } from '../registry/policy-building.js';
import { AuthenticationGuard, From } from './http/authentication.guard.js';
import { StandingWarning } from './http/standing-warning.interceptor.js';
import { VISIBLE_MS } from './publish.controller.js';
import { PolicyShape, policyView } from './views/policy.view.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const line = z.string({ error: 'must be a string' });
/** What is left out, null or empty says nothing. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const words = line.nullish().transform((value) => value || null);

const OverrideInput = z
  .strictObject({
    action: oneOf(overrideActions),
    package: line,
    requirement: words,
    advisory_id: words,
    retirement_reason: optional(oneOf(retirementReasons)),
    comment: words,
  })
  .transform(({ advisory_id: advisoryId, retirement_reason: retirementReason, ...rest }) => ({
    ...{ ...rest, advisoryId, retirementReason },
  }));

const RestrictionInput = z
  .strictObject({
    advisory_min_severity: optional(oneOf(severities)),
    retirement_reasons: z.array(oneOf(retirementReasons)).nullish(),
    cooldown: words,
  })
  .transform(({ advisory_min_severity: advisoryMinSeverity, retirement_reasons: reasons, cooldown }) => ({
    ...{ advisoryMinSeverity, cooldown },
    // In one order and each once, so that what says the same is the same.
    retirementReasons: retirementReasons.filter((reason) => reasons?.includes(reason)),
  }));

const OPEN = { advisoryMinSeverity: null, cooldown: null, retirementReasons: [] };

/** Read as strictly as it is written: a misspelled field would be a rule that is not there. */
const PolicyInput = z
  .strictObject({
    description: words,
    visibility: oneOf(visibilities).default('private'),
    repositories: z
      .array(
        z.strictObject({
          repository: line,
          restriction: RestrictionInput.nullish().transform((value) => value ?? OPEN),
          overrides: z
            .array(OverrideInput)
            .nullish()
            .transform((value) => value ?? []),
        }),
      )
      .nullish()
      .transform((value) => value ?? []),
  })
  .meta({ id: 'PolicyInput' });

/** Dependency policies of an organization. An answer to a change waits until clients get what it says. */
@Resource('Dependency policies')
@Controller('api/orgs/:organization/policies')
@UseGuards(AuthenticationGuard)
@UseInterceptors(StandingWarning)
export class PoliciesController {
  constructor(
    private readonly access: Access,
    private readonly policies: Policies,
    private readonly building: PolicyBuilding,
    private readonly urls: Urls,
  ) {}

  @Get()
  @Endpoint({ summary: 'Dependency policies', needs: 'policies.read', answer: z.array(PolicyShape) })
  async list(@From() caller: Caller, @Param('organization') organizationName: string) {
    const organization = await this.ask(caller, 'policies.read', organizationName);
    const found = await this.policies.list(organization);
    return found.map((policy) => policyView(this.urls, organization, policy));
  }

  @Get(':name')
  @Endpoint({ summary: 'A dependency policy', needs: 'policies.read', answer: PolicyShape })
  async show(@From() caller: Caller, @Param('organization') organizationName: string, @Param('name') name: string) {
    const organization = await this.ask(caller, 'policies.read', organizationName);
    return policyView(this.urls, organization, await this.policies.named(organization, name));
  }

  /** All that the policy says; what is left out it does not say any more. */
  @Put(':name')
  @Endpoint({
    summary: 'Write a dependency policy',
    details: 'All that it says; what is left out it does not say any more.',
    needs: 'policies.manage',
    answer: PolicyShape,
    also: { 201: { when: 'It is new.', content: PolicyShape } },
  })
  async save(
    @From() caller: Caller,
    @Param('organization') organizationName: string,
    @Param('name') name: string,
    @Body({ schema: PolicyInput }) input: z.infer<typeof PolicyInput>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const organization = await this.ask(caller, 'policies.manage', organizationName);
    const { policy, outcome, state } = await this.policies.save(caller.actor, organization, name, input);
    await this.untilVisible(state);
    const view = policyView(this.urls, organization, policy);
    void reply.status(outcome === 'created' ? 201 : 200).header('location', view.url);
    return view;
  }

  @Delete(':name')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a dependency policy', needs: 'policies.manage', answer: null })
  async remove(@From() caller: Caller, @Param('organization') organizationName: string, @Param('name') name: string) {
    const organization = await this.ask(caller, 'policies.manage', organizationName);
    await this.untilVisible(await this.policies.remove(caller.actor, organization, name));
  }

  private ask(caller: Caller, action: Action, name: string) {
    return this.access.organization(caller, action, name);
  }

  private async untilVisible(state: PolicyState): Promise<void> {
    if (await this.building.untilVisible(state, VISIBLE_MS)) return;
    const late = `the change of ${state.policy} is stored, but clients do not see it yet; ask again to check`;
    throw new DomainError('unavailable', 'index_late', late);
  }
}
