// Single requests to a bucket, with what a network needs: a time limit for silence, and errors that say whether the
// server refused or could not be reached. Nothing is repeated here.
import { createHash } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ObjectStoreError } from './object-store.js';
import { sign, type S3Credentials } from './s3-signature.js';

export interface S3Settings extends S3Credentials {
  /** `https://host`, with a path where the service is not at the root; without the bucket. */
  endpoint: string;
  bucket: string;
  /** How long the server may be silent; three times as long for the answer to a PUT. Default 10 s. */
  quietMs?: number;
}

export interface S3Payload {
  size: number;
  /** Hexadecimal. */
  sha256: string;
  open(): Readable;
}

const NOTHING: S3Payload = {
  size: 0,
  sha256: createHash('sha256').digest('hex'),
  open: () => Readable.from([], { objectMode: false }),
};

/** From this size on the server is asked before the bytes are sent: a refusal then comes without a broken upload. */
const ASK_FIRST_BYTES = 1024 * 1024;
/** Servers that do not know the question stay silent. */
const ASKING_MS = 1_000;

/** The server answered, but with an error. */
export class S3Refusal extends Error {
  constructor(
    readonly status: number,
    /** S3's word for it, e.g. `NoSuchKey`; empty where the answer has none. */
    readonly code: string,
  ) {
    super(`${status} ${code}`.trim());
  }

  /** Reads the answer and gives its connection back. */
  static async of(response: IncomingMessage, quietMs: number): Promise<S3Refusal> {
    // Without its text the status alone has to do.
    const text = await readToEnd(response, quietMs).catch(() => '');
    return new S3Refusal(response.statusCode ?? 0, /<Code>([\w.]{1,80})<\/Code>/.exec(text)?.[1] ?? '');
  }

  get isMissing(): boolean {
    return this.status === 404 && this.code !== 'NoSuchBucket';
  }

  get isTransient(): boolean {
    return this.status >= 500 || this.status === 429 || this.code === 'RequestTimeout';
  }
}

/** No answer, or the connection broke. */
export class S3Unreachable extends Error {}

export class S3Connection {
  readonly quietMs: number;
  private readonly base: URL;
  private readonly transport: typeof http | typeof https;
  private readonly agent: http.Agent;

  constructor(private readonly settings: S3Settings) {
    this.base = new URL(settings.endpoint);
    this.quietMs = settings.quietMs ?? 10_000;
    this.transport = this.base.protocol === 'https:' ? https : http;
    this.agent = new this.transport.Agent({ keepAlive: true });
  }

  /** Resolves with the answer's head, whatever its status; the caller must read or destroy its body. */
  request(
    method: 'GET' | 'HEAD' | 'PUT' | 'DELETE',
    key: string,
    headers: Record<string, string> = {},
    payload = NOTHING,
  ): Promise<IncomingMessage> {
    const path = `${this.base.pathname.replace(/\/+$/, '')}/${this.settings.bucket}/${key}`;
    const signed = sign(
      { method, host: this.base.host, path, headers, sha256: payload.sha256 },
      this.settings,
      new Date(),
    );
    const length = method === 'PUT' ? { 'content-length': String(payload.size) } : {};
    const expect = payload.size > ASK_FIRST_BYTES ? { expect: '100-continue' } : {};
    const { hostname, port } = this.base;
    const outgoing = this.transport.request({
      ...{ agent: this.agent, hostname: hostname.replace(/^\[|\]$/g, ''), port, method, path },
      headers: { ...signed, ...length, ...expect },
    });
    return exchange(outgoing, payload, method === 'PUT' ? this.quietMs * 3 : this.quietMs);
  }

  close(): void {
    this.agent.destroy();
  }
}

/** What a short answer says, so that its connection is free again. One that does not come to its end is given up. */
export async function readToEnd(response: IncomingMessage, quietMs: number): Promise<string> {
  const late = setTimeout(() => response.destroy(new Error(`no end within ${quietMs} ms`)), quietMs);
  let text = '';
  try {
    for await (const chunk of response) if (text.length < 16_384) text += (chunk as Buffer).toString('latin1');
    return text;
  } catch (error) {
    throw unreachable(error);
  } finally {
    clearTimeout(late);
  }
}

function exchange(outgoing: http.ClientRequest, payload: S3Payload, quietMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const silence = patience(quietMs, () => outgoing.destroy(new Error(`no answer within ${quietMs} ms`)));
    const fail = (error: unknown) => {
      silence.end();
      reject(error instanceof ObjectStoreError ? error : unreachable(error));
    };
    outgoing.on('error', fail);
    outgoing.once('response', (response) => {
      silence.end();
      // An answer before the end of the upload is final; what is left of the upload would wait for ever.
      const dropUpload = () => outgoing.writableFinished || outgoing.destroy();
      response.once('end', dropUpload).once('close', dropUpload);
      resolve(response);
    });
    whenAsked(outgoing, () => {
      const source = payload.open().on('data', silence.restart);
      pipeline(source, outgoing).catch(fail);
    });
  });
}

function whenAsked(outgoing: http.ClientRequest, send: () => void): void {
  if (!outgoing.hasHeader('expect')) return send();
  let decided = false;
  const decide = (doSend: boolean) => {
    clearTimeout(asking);
    if (!decided && doSend) send();
    decided = true;
  };
  const asking = setTimeout(() => decide(true), ASKING_MS);
  outgoing.once('continue', () => decide(true));
  for (const event of ['response', 'error', 'close']) outgoing.once(event, () => decide(false));
  outgoing.flushHeaders();
}

function patience(ms: number, giveUp: () => void): { restart: () => void; end: () => void } {
  let timer: NodeJS.Timeout | undefined = setTimeout(giveUp, ms);
  return {
    restart: () => void timer?.refresh(),
    end: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function unreachable(cause: unknown): S3Unreachable {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new S3Unreachable(code ?? message, { cause });
}
