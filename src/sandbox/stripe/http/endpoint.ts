import { type z } from 'zod';
import { type Work } from '../work.js';

export interface CallContext {
  /** The parts of the address that the path names. */
  ids: Record<string, string>;
  /** Called by a browser, with the publishable key. */
  publishable: boolean;
}

export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  params: z.ZodType;
  run: (work: Work, params: never, call: CallContext) => unknown;
  /** A browser may call it with an intent's client secret. */
  open: boolean;
}

type Run<Schema extends z.ZodType> = (work: Work, params: z.output<Schema>, call: CallContext) => unknown;

/** `endpoint('POST', '/v1/customers/:id', schema, run)`: checks the parameters, then runs in one piece. */
export function endpoint<Schema extends z.ZodType>(
  method: Endpoint['method'],
  path: string,
  params: Schema,
  run: Run<Schema>,
): Endpoint {
  return { method, path, params, run, open: false };
}

export const openEndpoint: typeof endpoint = (...args) => ({ ...endpoint(...args), open: true });
