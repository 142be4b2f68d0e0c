import { type FastifyReply } from 'fastify';
import { tryParseVersion } from '../../hex/version.js';
import { DomainError } from '../../platform/errors.js';

/** What the path of a request about one release says; without `repository` the public one is meant. */
export interface ReleasePath {
  readonly repository?: string;
  readonly name: string;
  readonly version: string;
}

/** hex.pm's answer to a version that is none. Asked after the caller's right, so that it tells strangers nothing. */
export function checkVersion(version: string): void {
  if (tryParseVersion(version) === null)
    throw Object.assign(new Error(`invalid version: ${version}`), { statusCode: 400 });
}

/** Waits for an upload. Where it stood still, the rest of the body would be taken for the next request, if it ever came. */
export function received<T>(reply: FastifyReply, upload: Promise<T>): Promise<T> {
  return upload.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'upload_stalled') void reply.header('connection', 'close');
    throw error;
  });
}
