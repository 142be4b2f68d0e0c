import { type Answer, type SandboxRequest } from '../browser-port.js';
import { type Api, type ApiAnswer, type ApiRequest } from './api.js';
import { type Fault, type Faults } from './faults.js';
import { decodeForm, type FormValue } from './form.js';
import { type Reply } from './server.js';

export interface RecordedCall {
  method: string;
  path: string;
  params: Record<string, FormValue>;
  idempotencyKey: string | undefined;
  /** The sandbox's time, and the status that was answered (or would have been). */
  at: Date;
  status: number;
}

export interface Keys {
  secret: string;
  publishable: string;
}

const mostRemembered = 10_000;

/** `/v1/…`: keys, form bodies, faults on demand, Stripe's headers. */
export class StripeDoor {
  readonly calls: RecordedCall[] = [];

  constructor(
    private readonly api: Api,
    private readonly faults: Faults,
    private readonly keys: Keys,
    private readonly now: () => Date,
  ) {}

  async answer(incoming: SandboxRequest & { method: string }): Promise<Reply> {
    if (incoming.method === 'OPTIONS') return { status: 204, headers: crossOrigin };
    const { key, ...params } = paramsOf(incoming);
    const given = keyOf(incoming) ?? (typeof key === 'string' ? key : undefined);
    if (given !== this.keys.secret && given !== this.keys.publishable) return render(unauthorized(given));
    const request = requestOf(incoming, params, given === this.keys.publishable);
    return this.exchange(request);
  }

  private async exchange(request: ApiRequest): Promise<Reply> {
    const { method, path, params, idempotencyKey } = request;
    const call = { method, path, params, idempotencyKey };
    let early: Fault;
    const answer = await this.api
      .answer(request, async () => {
        early = await this.faults.for({ ...call, phase: 'before' });
        if (early) throw new Interrupted();
      })
      .catch((error: unknown) => {
        if (error instanceof Interrupted) return undefined;
        throw error;
      });
    this.record({ ...call, at: this.now(), status: answer?.status ?? statusOf(early) });
    if (!answer) return fail(early);
    const late = await this.faults.for({ ...call, phase: 'after', answer });
    return late ? fail(late) : render(answer, request);
  }

  private record(call: RecordedCall): void {
    this.calls.push(call);
    if (this.calls.length > mostRemembered) this.calls.shift();
  }
}

class Interrupted extends Error {}

const statusOf = (fault: Fault) => (typeof fault === 'object' && 'status' in fault ? fault.status : 0);

function fail(fault: Fault): Reply {
  if (fault === 'reset' || fault === undefined) return fault;
  if (fault === 'hang') return undefined;
  if ('raw' in fault) return { status: 200, headers: { 'content-type': 'application/json' }, body: fault.raw };
  return {
    status: fault.status,
    headers: { 'content-type': 'application/json', ...fault.headers },
    body: JSON.stringify(fault.body ?? {}),
  };
}

const crossOrigin = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, stripe-version, idempotency-key',
  'access-control-max-age': '300',
};

function render({ status, requestId, body, replayed }: ApiAnswer, request?: ApiRequest): Answer {
  const headers = {
    'content-type': 'application/json',
    ...crossOrigin,
    'request-id': requestId,
    ...(request?.apiVersion && { 'stripe-version': request.apiVersion }),
    ...(request?.idempotencyKey && { 'idempotency-key': request.idempotencyKey, 'original-request': requestId }),
    ...(replayed && { 'idempotent-replayed': 'true' }),
  };
  return { status, headers, body: `${JSON.stringify(body, null, 2)}\n` };
}

function requestOf(
  { method, url, headers }: SandboxRequest & { method: string },
  params: Record<string, FormValue>,
  publishable: boolean,
): ApiRequest {
  const apiVersion = one(headers['stripe-version']);
  return {
    method,
    path: url.pathname,
    params,
    publishable,
    idempotencyKey: one(headers['idempotency-key']),
    apiVersion,
  };
}

const one = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

function paramsOf({ url, body }: SandboxRequest): Record<string, FormValue> {
  return { ...decodeForm(url.searchParams), ...decodeForm(new URLSearchParams(body.toString('utf8'))) };
}

function keyOf({ headers: { authorization } }: SandboxRequest): string | undefined {
  const [scheme, value] = (authorization ?? '').split(' ');
  if (scheme === 'Basic')
    return Buffer.from(value ?? '', 'base64')
      .toString('utf8')
      .split(':')[0];
  return scheme === 'Bearer' ? value : undefined;
}

function unauthorized(given: string | undefined): ApiAnswer {
  const shown = given ? `${given.slice(0, 8)}${'*'.repeat(8)}` : '';
  const message = given ? `Invalid API Key provided: ${shown}` : 'You did not provide an API key.';
  return { status: 401, requestId: 'req_unauthorized', body: { error: { type: 'invalid_request_error', message } } };
}
