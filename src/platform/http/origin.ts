import { type FastifyRequest } from 'fastify';

/** Where a request comes from. */
export interface RequestOrigin {
  readonly ip?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
}

/** The address is the peer's, or behind trusted proxies the one they vouch for. */
export function originOf(request: Pick<FastifyRequest, 'ip' | 'id' | 'headers'>): RequestOrigin {
  return { ip: request.ip, userAgent: request.headers['user-agent'], requestId: request.id };
}
