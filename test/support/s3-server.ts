// A small server that speaks S3 to the tests: objects in memory, path-style, signatures really verified, and faults on
// demand. Its reading of Signature Version 4 is its own, not the store's.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

interface S3Account {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** 0 for a request that was cut. */
  status: number;
}

type Fault =
  | { kind: 'status'; status: number; code: string }
  | { kind: 'cut'; afterBytes: number }
  | { kind: 'hang'; afterBytes?: number }
  | { kind: 'pause'; afterBytes: number; until: Promise<unknown> }
  | { kind: 'change' };

interface StoredBytes {
  bytes: Buffer;
  contentType?: string;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

const SKEW_MS = 15 * 60 * 1000;

export class S3Server {
  readonly objects = new Map<string, StoredBytes>();
  readonly requests: SeenRequest[] = [];
  readonly account: S3Account = { accessKeyId: 'AKTEST', secretAccessKey: 'test-secret', region: 'test-1' };
  private readonly faults: Fault[] = [];

  private constructor(
    readonly bucket: string,
    private readonly server: Server,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.serve(request, response));
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      // As S3 does: a refusal that needs no bytes comes instead of "continue".
      const fault = this.faults[0];
      if (fault?.kind !== 'status') response.writeContinue();
      void this.serve(request, response);
    });
  }

  /** On a free port of the loopback address. */
  static async start(bucket = 'propolis'): Promise<S3Server> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new S3Server(bucket, server);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a store needs to be told. */
  get settings(): S3Account & { endpoint: string; bucket: string } {
    return { ...this.account, endpoint: this.endpoint, bucket: this.bucket };
  }

  /** The next `times` requests are answered with this error. */
  failNext(times: number, status = 500, code = 'InternalError'): void {
    for (let i = 0; i < times; i += 1) this.faults.push({ kind: 'status', status, code });
  }

  /** The connection of the next request breaks after so many bytes of the answer's body. */
  cutNext(afterBytes: number, times = 1): void {
    for (let i = 0; i < times; i += 1) this.faults.push({ kind: 'cut', afterBytes });
  }

  /** The next request is never answered, or not after so many bytes of the body. */
  hangNext(afterBytes?: number, times = 1): void {
    for (let i = 0; i < times; i += 1) this.faults.push({ kind: 'hang', afterBytes });
  }

  /** The next answer's body pauses after so many bytes. */
  pauseNext(afterBytes: number, until: Promise<unknown>): void {
    this.faults.push({ kind: 'pause', afterBytes, until });
  }

  /** From now on nothing goes wrong. */
  heal(): void {
    this.faults.length = 0;
  }

  /** How often an object was asked for. */
  reads(key?: string): number {
    const path = `/${this.bucket}/${key}`;
    return this.requests.filter((seen) => seen.method === 'GET' && (key === undefined || seen.path === path)).length;
  }

  /** The next upload arrives with one bit changed. */
  changeNext(): void {
    this.faults.push({ kind: 'change' });
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.faults.shift();
    const [path = ''] = (request.url ?? '').split('?');
    const seen: SeenRequest = { method: request.method ?? '', path, headers: request.headers, status: 0 };
    this.requests.push(seen);
    try {
      if (fault?.kind === 'status') throw new Refusal(fault.status, fault.code);
      const payload = await readAll(request);
      if (fault?.kind === 'change' && payload[0] !== undefined) payload[0] ^= 1;
      if (fault?.kind === 'hang' && fault.afterBytes === undefined) return;
      verify(request, path, payload, this.account);
      this.answer(request, response, this.keyOf(path), payload, fault);
    } catch (error) {
      refuse(request, response, error instanceof Refusal ? error : new Refusal(400, 'BadRequest', String(error)));
    }
    seen.status = response.statusCode;
  }

  private keyOf(path: string): string {
    const [, bucket, ...key] = decodeURIComponent(path).split('/');
    if (bucket !== this.bucket) throw new Refusal(404, 'NoSuchBucket');
    return key.join('/');
  }

  private answer(
    request: IncomingMessage,
    response: ServerResponse,
    key: string,
    payload: Buffer,
    fault?: Fault,
  ): void {
    switch (request.method) {
      case 'PUT':
        this.objects.set(key, { bytes: payload, contentType: request.headers['content-type'] });
        response.writeHead(200, { etag: etag(payload), 'content-length': 0 }).end();
        return;
      case 'DELETE':
        this.objects.delete(key);
        response.writeHead(204).end();
        return;
      case 'GET':
      case 'HEAD': {
        const found = this.objects.get(key);
        if (!found) throw new Refusal(404, 'NoSuchKey');
        give(request, response, found, fault);
        return;
      }
      default:
        throw new Refusal(405, 'MethodNotAllowed');
    }
  }
}

function give(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, contentType }: StoredBytes,
  fault?: Fault,
): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const [start, end] = range ? [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)] : [0, bytes.length - 1];
  if (range && start >= bytes.length) throw new Refusal(416, 'InvalidRange');
  const part = bytes.subarray(start, end + 1);
  response.writeHead(range ? 206 : 200, {
    'content-length': part.length,
    'content-type': contentType ?? 'binary/octet-stream',
    etag: etag(bytes),
    ...(range ? { 'content-range': `bytes ${start}-${end}/${bytes.length}` } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else if (fault?.kind === 'cut') response.write(part.subarray(0, fault.afterBytes), () => response.destroy());
  else if (fault?.kind === 'hang') response.write(part.subarray(0, fault.afterBytes));
  else if (fault?.kind === 'pause') {
    response.write(part.subarray(0, fault.afterBytes));
    void fault.until.then(() => response.end(part.subarray(fault.afterBytes)));
  } else response.end(part);
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${refusal.code}</Code><Message>${refusal.message}</Message></Error>`;
  response.writeHead(refusal.status, { 'content-type': 'application/xml', connection: 'close' });
  response.end(request.method === 'HEAD' ? undefined : xml);
  request.resume();
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, step by step.
function verify(request: IncomingMessage, path: string, payload: Buffer, account: S3Account): void {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!authorization) throw new Refusal(403, 'AccessDenied', 'no signature');
  const [, accessKeyId = '', day = '', region = '', signedNames = '', signature = ''] = authorization;
  const time = String(request.headers['x-amz-date']);
  const hash = String(request.headers['x-amz-content-sha256']);
  if (accessKeyId !== account.accessKeyId) throw new Refusal(403, 'InvalidAccessKeyId');
  if (region !== account.region) throw new Refusal(400, 'AuthorizationHeaderMalformed');
  assertTime(time, day);
  const names = signedNames.split(';');
  assertCovered(request, names);
  const canonical = [
    request.method,
    path,
    canonicalQuery((request.url ?? '').split('?')[1]),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedNames,
    hash,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, `${day}/${region}/s3/aws4_request`, hex(canonical)].join('\n');
  const dayKey = mac(`AWS4${account.secretAccessKey}`, day);
  const expected = mac(mac(mac(mac(dayKey, region), 's3'), 'aws4_request'), toSign);
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw new Refusal(403, 'SignatureDoesNotMatch');
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== hex(payload)) throw new Refusal(400, 'XAmzContentSHA256Mismatch');
}

function assertTime(time: string, day: string): void {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(time);
  if (!parts || !time.startsWith(day)) throw new Refusal(403, 'AccessDenied', 'x-amz-date');
  const [, y, mo, d, h, mi, s] = parts.map(Number) as [number, number, number, number, number, number, number];
  if (Math.abs(Date.UTC(y, mo - 1, d, h, mi, s) - Date.now()) > SKEW_MS) throw new Refusal(403, 'RequestTimeTooSkewed');
}

function assertCovered(request: IncomingMessage, names: string[]): void {
  const needed = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  const sorted = [...names].sort().join() === names.join();
  if (!sorted || needed.some((name) => !names.includes(name)))
    throw new Refusal(403, 'AccessDenied', 'unsigned headers');
}

function canonicalQuery(query = ''): string {
  return query
    .split('&')
    .filter(Boolean)
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const hex = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const etag = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;
