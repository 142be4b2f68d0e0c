import { decodeEtf } from '../../src/hex/etf-decode.js';
import { encodeEtf } from '../../src/hex/etf-encode.js';
import { type PackageSpec, tarball } from './tarballs.js';

const ERLANG = 'application/vnd.hex+erlang';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The body decoded by its content type; undefined for an empty one, text where it is neither JSON nor a term. */
  readonly body: any;
}

export interface Ask {
  readonly method?: string;
  readonly key?: string | undefined;
  readonly headers?: Record<string, string>;
  /** Sent as JSON, or as a term with `erlang`. */
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  /** Speak Erlang terms both ways. */
  readonly erlang?: boolean;
}

/** A request as a Hex client makes it. */
export async function ask(
  url: string,
  { method = 'GET', key, headers = {}, json, bytes, erlang = false }: Ask = {},
): Promise<Answer> {
  const body = bytes ?? (json === undefined ? undefined : erlang ? encodeEtf(json) : JSON.stringify(json));
  const type = bytes !== undefined ? 'application/octet-stream' : erlang ? ERLANG : 'application/json';
  const response = await fetch(url, {
    method,
    headers: {
      'user-agent': 'hex_core/0.19.0 tests',
      accept: erlang ? ERLANG : 'application/json',
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(key === undefined ? {} : { authorization: key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body as BodyInit }),
    redirect: 'manual',
  });
  const received = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes: received, body: decode(response, received) };
}

function decode(response: Response, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const type = response.headers.get('content-type') ?? '';
  if (type.includes(ERLANG)) return decodeEtf(bytes);
  return type.includes('json') ? (JSON.parse(bytes.toString()) as unknown) : bytes.toString();
}

export const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** Publishes to an organization's repository, and answers with what the server said and the bytes that were sent. */
export async function publish(
  base: string,
  organization: string,
  key: string,
  spec: PackageSpec,
  query = '',
): Promise<Answer & { tarball: Buffer }> {
  const bytes = await tarball(spec);
  const answer = await ask(`${base}/api/repos/${organization}/publish${query}`, { method: 'POST', key, bytes });
  return { ...answer, tarball: bytes };
}

/** Asks until `done` or until time is up; answers with the last answer. For what other processes learn a moment later. */
export async function eventually<T>(question: () => Promise<T>, done: (answer: T) => boolean, ms: number): Promise<T> {
  for (const end = Date.now() + ms; ;) {
    const answer = await question();
    if (done(answer) || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
