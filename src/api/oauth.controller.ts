import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DEVICE_CODE_SECONDS, DeviceCodes } from '../accounts/device-codes.js';
import { GivingBack } from '../accounts/giving-back.js';
import { DEVICE_GRANT } from '../accounts/oauth-client.entity.js';
import { askable, mustAllow, OAuthClients } from '../accounts/oauth-clients.js';
import { fromScope } from '../accounts/permissions.js';
import { networkOf } from '../accounts/places.js';
import { CONFIG, type Config } from '../platform/config.js';
import { DomainError } from '../platform/errors.js';
import { originOf } from '../platform/http/origin.js';
import { paths } from '../platform/paths.js';
import { type RateLimit, RateLimits } from '../platform/rate-limits.js';
import { Urls } from '../platform/urls.js';
import { GrantTypes, type TokenAnswer } from './oauth/grant-types.js';
import { Url } from './views/time.js';
import { Endpoint, Resource } from './openapi/endpoint.js';

/** Taken as it comes and judged by the grant; what is no text is none that we gave out. */
const anything = z
  .unknown()
  .optional()
  .meta({ override: { type: 'string' } });
const short = z.string().max(10_000).optional().catch(undefined);
const TokenRequest = z
  .object({
    ...{ grant_type: z.string().catch(''), client_id: anything, client_secret: anything, scope: short },
    ...{ device_code: anything, refresh_token: anything },
    ...{ code: anything, redirect_uri: anything, code_verifier: anything },
  })
  .meta({ id: 'TokenInput' });
const DeviceRequest = z
  .object({ client_id: anything, client_secret: anything, scope: short, name: short })
  .meta({ id: 'DeviceLoginInput' });
const GivenBack = z.object({ token: anything, client_id: anything }).meta({ id: 'RevocationInput' });
const GivenBackByHash = z.object({ token_hash: anything }).meta({ id: 'RevocationByHashInput' });

/** RFC 6749 section 5.1. */
const TokenShape = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().meta({ description: 'Seconds.' }),
    refresh_token: z.string().optional(),
    scope: z.string().meta({ description: 'Separated by spaces; may be less than was asked for.' }),
  })
  .meta({ id: 'Token' });
const DeviceShape = z
  .strictObject({
    device_code: z.string(),
    user_code: z.string(),
    expires_in: z.int(),
    interval: z.int().meta({ description: 'Seconds to wait between two questions.' }),
    verification_uri: Url,
    verification_uri_complete: Url,
  })
  .meta({ id: 'DeviceLogin' });
const OAuthErrorShape = z
  .strictObject({ error: z.string(), error_description: z.string() })
  .meta({ id: 'OAuthError', description: 'RFC 6749 section 5.2.' });
const TOKEN_DETAILS = `By \`grant_type\`: \`client_credentials\` (an API key as \`client_secret\`),
\`${DEVICE_GRANT}\` (\`device_code\`), \`authorization_code\` (\`code\`, \`redirect_uri\`, \`code_verifier\`)
or \`refresh_token\`. Never wider than what it was made of, and it ends with it.`;

/** RFC 6749 section 5.2; here errors have this shape instead of the API's own. */
interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

/** Every other error is 400. */
const STATUSES: Readonly<Record<string, number>> = { invalid_client: 401, access_denied: 403 };
/** What a program is told that has done nothing wrong: no guess, and not counted as one. */
const NO_FAILURE = new Set(['authorization_pending', 'slow_down', 'expired_token', 'access_denied']);
const TOO_MANY = { error: 'slow_down', error_description: 'too many failed attempts' };

/**
 * OAuth for programs (RFC 6749, 7009, 8628), as mix speaks it (hex-protocol.md 4.3). A good credential is never limited
 * here, since a failed exchange makes mix hang; what fails is counted by address.
 */
@Resource('OAuth')
@Controller('api/oauth')
export class OAuthController {
  private readonly failures: RateLimit;
  private readonly starts: RateLimit;

  constructor(
    private readonly grantTypes: GrantTypes,
    private readonly clients: OAuthClients,
    private readonly devices: DeviceCodes,
    private readonly givingBack: GivingBack,
    private readonly urls: Urls,
    limits: RateLimits,
    @Inject(CONFIG) config: Config,
  ) {
    this.failures = limits.limit('token-ip', config.apiLimitPerIp, 60);
    this.starts = limits.limit('device-start-ip', config.apiLimitPerIp, DEVICE_CODE_SECONDS);
  }

  @Post('token')
  @HttpCode(200)
  @Endpoint({
    summary: 'Get a token (RFC 6749, 8628)',
    details: TOKEN_DETAILS,
    needs: 'nothing',
    body: TokenRequest,
    answer: TokenShape,
    refuses: OAuthErrorShape,
  })
  token(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.answered(request, reply, async (): Promise<TokenAnswer | OAuthError> => {
      const input = TokenRequest.safeParse(body);
      if (!input.success) return this.refuse(reply, 400, notAMap);
      return this.grantTypes.answer({ ...input.data, ...clientOf(request, input.data) }, originOf(request));
    });
  }

  @Post('device_authorization')
  @HttpCode(200)
  @Endpoint({
    summary: 'Begin a login on another device (RFC 8628)',
    needs: 'nothing',
    body: DeviceRequest,
    answer: DeviceShape,
    refuses: OAuthErrorShape,
  })
  device(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.answered(request, reply, async () => {
      const input = DeviceRequest.safeParse(body);
      if (!input.success) return this.refuse(reply, 400, notAMap);
      const { client_id, client_secret } = clientOf(request, input.data);
      const client = await this.clients.authenticate(client_id, client_secret);
      mustAllow(client, DEVICE_GRANT);
      const permissions = askable(client, fromScope(input.data.scope ?? ''));
      if ((await this.starts.count(networkOf(request.ip))).exceeded) return this.refuse(reply, 429, tooManyStarts);
      return this.started(await this.devices.start(client, { name: input.data.name, permissions }, originOf(request)));
    });
  }

  /** RFC 7009: whatever was given back, the answer is the same. It has no body, which is what mix can read. */
  @Post('revoke')
  @HttpCode(200)
  @Endpoint({
    summary: 'Give a token back (RFC 7009)',
    details: 'The answer is the same whatever was given back.',
    needs: 'nothing',
    body: GivenBack,
    answer: null,
  })
  async revoke(@Body() body: unknown, @Req() request: FastifyRequest): Promise<void> {
    const input = GivenBack.safeParse(body);
    if (input.success) await this.givingBack.token(input.data.token, input.data.client_id, originOf(request));
  }

  /** For whoever finds a refresh token where it should not be: its SHA-256 (hex) ends the login it belongs to. */
  @Post('revoke_by_hash')
  @HttpCode(200)
  @Endpoint({
    summary: 'End the login of a refresh token that was found',
    details: 'By its SHA-256 in hexadecimal digits.',
    needs: 'nothing',
    body: GivenBackByHash,
    answer: null,
  })
  async revokeByHash(@Body() body: unknown, @Req() request: FastifyRequest): Promise<void> {
    const input = GivenBackByHash.safeParse(body);
    if (input.success) await this.givingBack.hash(input.data.token_hash, originOf(request));
  }

  private started({ deviceCode, userCode, interval }: Awaited<ReturnType<DeviceCodes['start']>>) {
    return {
      ...{ device_code: deviceCode, user_code: userCode, expires_in: DEVICE_CODE_SECONDS, interval },
      verification_uri: this.urls.page(paths.device()),
      verification_uri_complete: this.urls.page(paths.device(userCode)),
    };
  }

  private async answered<T>(request: FastifyRequest, reply: FastifyReply, work: () => Promise<T>) {
    void reply.header('cache-control', 'no-store');
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const counted = NO_FAILURE.has(error.code) ? undefined : await this.failures.count(networkOf(request.ip));
      if (counted?.exceeded) return this.refuse(reply, 429, TOO_MANY);
      const { code, message } = error;
      return this.refuse(reply, STATUSES[code] ?? 400, { error: code, error_description: message });
    }
  }

  private refuse(reply: FastifyReply, status: number, error: OAuthError): OAuthError {
    void reply.status(status);
    return error;
  }
}

const notAMap = { error: 'invalid_request', error_description: 'the body must be a map' };
const tooManyStarts = { error: 'slow_down', error_description: 'too many logins have been started from this address' };

/** Clients with a secret may show it in the header instead (RFC 6749 section 2.3.1). */
function clientOf({ headers }: FastifyRequest, body: { client_id?: unknown; client_secret?: unknown }) {
  const { client_id, client_secret } = body;
  const [, encoded] = /^basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (client_id !== undefined || encoded === undefined) return { client_id, client_secret };
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { client_id: id, client_secret: secret };
}
