import { Body, Controller, Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DeviceCodes } from '../../accounts/device-codes.js';
import { DEVICE_GRANT, HEX_CLI } from '../../accounts/oauth-client.entity.js';
import { askable, OAuthClients } from '../../accounts/oauth-clients.js';
import { fromScope } from '../../accounts/permissions.js';
import { notFound } from '../../platform/errors.js';
import { originOf } from '../../platform/http/origin.js';
import { AuthenticationGuard } from '../http/authentication.guard.js';
import { GrantTypes } from '../oauth/grant-types.js';
import { Approvals } from './approvals.js';
import { ShownCodes } from './shown-codes.js';

const TokenInput = z.object({ username: z.string(), scope: z.string().max(10_000) });
const ApprovalInput = z.object({ username: z.string(), user_code: z.string() });

/**
 * Logins without a browser, and without a proof of who it is. Each goes the way it goes in the product: a token is that of a device
 * whose code somebody has approved in a session of theirs, so it can be refreshed, listed and revoked like any other.
 */
@Controller('api')
@UseGuards(AuthenticationGuard)
export class TestLoginsController {
  constructor(
    private readonly clients: OAuthClients,
    private readonly devices: DeviceCodes,
    private readonly approvals: Approvals,
    private readonly grantTypes: GrantTypes,
    private readonly shown: ShownCodes,
  ) {}

  @Post('oauth_token')
  @HttpCode(200)
  async token(
    @Body({ schema: TokenInput }) { username, scope }: z.infer<typeof TokenInput>,
    @Req() request: FastifyRequest,
  ) {
    const origin = originOf(request);
    const client = await this.clients.authenticate(HEX_CLI, undefined);
    const asked = { name: 'client test mode', permissions: askable(client, fromScope(scope)) };
    const { userCode, deviceCode } = await this.devices.start(client, asked, origin);
    await this.approvals.approve(origin, username, userCode);
    return this.grantTypes.answer({ grant_type: DEVICE_GRANT, client_id: HEX_CLI, device_code: deviceCode }, origin);
  }

  @Post('oauth_device_authorize')
  @HttpCode(200)
  async approve(
    @Body({ schema: ApprovalInput }) { username, user_code: userCode }: z.infer<typeof ApprovalInput>,
    @Req() request: FastifyRequest,
  ) {
    await this.approvals.approve(originOf(request), username, userCode);
    return { status: 'authorized' };
  }

  /** The newest machine that waits. */
  @Get('oauth_device_pending')
  async pending() {
    for (const code of this.shown.all.toReversed())
      if ((await this.devices.find(code.user_code)) !== null) return { ...code, status: 'pending' };
    throw notFound('pending device code');
  }
}
