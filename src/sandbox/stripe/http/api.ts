import { type Engine } from '../engine.js';
import { newId, type Work } from '../work.js';
import { type CallContext, type Endpoint } from './endpoint.js';
import { expand } from './expand.js';
import { type FormValue } from './form.js';
import { inUse, type Keyed, remember, replayOf } from './idempotency.js';
import { readParams } from './params.js';
import { invalid, Problem } from './problem.js';
import { match } from './router.js';

export interface ApiRequest {
  method: string;
  path: string;
  params: Record<string, FormValue>;
  idempotencyKey?: string;
  apiVersion?: string;
  publishable: boolean;
}

export interface ApiAnswer {
  status: number;
  requestId: string;
  replayed?: boolean;
  body: unknown;
}

/** Finds the endpoint, checks the parameters and runs it once for its idempotency key. */
export class Api {
  private readonly running = new Set<string>();

  constructor(
    private readonly engine: Engine,
    private readonly endpoints: readonly Endpoint[],
  ) {}

  /** @param meanwhile what happens between a key being taken and its execution (a fault that waits) */
  async answer(request: ApiRequest, meanwhile: () => Promise<void>): Promise<ApiAnswer> {
    const requestId = newId('req', 14);
    const key = request.method === 'POST' ? request.idempotencyKey : undefined;
    if (key && this.running.has(key)) return { requestId, ...problemAnswer(inUse()) };
    if (key) this.running.add(key);
    try {
      await meanwhile();
      return { requestId, ...this.execute(request, requestId, key) };
    } catch (error) {
      if (error instanceof Problem) return { requestId, ...problemAnswer(error) };
      throw error;
    } finally {
      if (key) this.running.delete(key);
    }
  }

  private execute(request: ApiRequest, requestId: string, key: string | undefined): Omit<ApiAnswer, 'requestId'> {
    const { endpoint, call } = this.find(request);
    const { expand: paths, ...given } = request.params;
    const keyed = key ? { key, path: `${request.method} ${request.path}`, params: request.params } : undefined;
    const known = keyed && this.engine.look((work) => replayOf(work, keyed));
    if (known) return { status: known.status, body: known.body, replayed: true };
    const params = readParams(endpoint.params, given) as never;
    const run = (work: Work) => expand(work, endpoint.run(work, params, call), pathsOf(paths));
    if (endpoint.method === 'GET') return { status: 200, body: this.engine.look(run) };
    return { status: 200, body: this.write(run, keyed, requestId, request.apiVersion) };
  }

  private find({ method, path, publishable }: ApiRequest): { endpoint: Endpoint; call: CallContext } {
    for (const endpoint of this.endpoints) {
      const ids = endpoint.method === method ? match(endpoint.path, path) : undefined;
      if (ids && publishable && !endpoint.open) throw secretNeeded();
      if (ids) return { endpoint, call: { ids, publishable } };
    }
    throw new Problem(404, {
      type: 'invalid_request_error',
      message: `Unrecognized request URL (${method}: ${path}).`,
    });
  }

  /** What was done, or refused after it had begun, is answered the same to everybody who comes with the key again. */
  private write(
    run: (work: Work) => unknown,
    keyed: Keyed | undefined,
    requestId: string,
    apiVersion?: string,
  ): unknown {
    const cause = { requestId, idempotencyKey: keyed?.key ?? null, ...(apiVersion && { apiVersion }) };
    const answer = (work: Work) => {
      try {
        const body = run(work);
        if (keyed) remember(work, keyed, 200, body);
        return body;
      } catch (error) {
        if (keyed && error instanceof Problem && error.keep) remember(work, keyed, error.status, { error: error.body });
        throw error;
      }
    };
    try {
      return this.engine.transact(answer, cause);
    } catch (error) {
      const refused = keyed && error instanceof Problem && !error.keep ? error : undefined;
      if (refused) this.engine.transact((work) => remember(work, keyed!, refused.status, { error: refused.body }));
      throw error;
    }
  }
}

function problemAnswer(problem: Problem): Omit<ApiAnswer, 'requestId'> {
  return { status: problem.status, body: { error: problem.body } };
}

function secretNeeded(): Problem {
  const message = 'This API call cannot be made with a publishable API key. Please use a secret API key.';
  return new Problem(401, { type: 'invalid_request_error', code: 'secret_key_required', message });
}

function pathsOf(value: FormValue | undefined): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((path) => typeof path === 'string')) return value;
  throw invalid('Invalid array', { param: 'expand' });
}
