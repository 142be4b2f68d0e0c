import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { match } from './router.js';
import { type FormValue } from './form.js';

// Failures on demand: before anything is done, or after it was done and before its answer arrives.

export interface ApiCall {
  method: string;
  path: string;
  params: Record<string, FormValue>;
  idempotencyKey: string | undefined;
  phase: 'before' | 'after';
  /** Only `after`. */
  answer?: { status: number; body: unknown };
}

export type Fault =
  { status: number; body?: unknown; headers?: Record<string, string> } | { raw: string } | 'reset' | 'hang' | undefined;
export type Intercept = (call: ApiCall) => Fault | Promise<Fault>;

const json = z.strictObject({
  status: z.int().min(200).max(599),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

/** What `POST /sandbox/faults` takes. `path` may have `:names` and a `*` at its end; after `times` calls the fault is over. */
export const planned = z.strictObject({
  method: z.string().optional(),
  path: z.string().optional(),
  phase: z.enum(['before', 'after']).default('before'),
  times: z.int().min(1).default(1),
  /** Calls that are let through before the first fault. */
  skip: z.int().min(0).default(0),
  delayMs: z.int().min(0).optional(),
  fault: z.union([json, z.strictObject({ raw: z.string() }), z.literal('reset'), z.literal('hang'), z.literal('none')]),
});

export type PlannedFault = z.infer<typeof planned>;

export class Faults {
  intercept: Intercept | undefined;
  private plans: PlannedFault[] = [];

  plan(faults: PlannedFault[]): void {
    this.plans = faults.map((fault) => ({ ...fault }));
  }

  async for(call: ApiCall): Promise<Fault> {
    const plan = this.plans.find((each) => fits(each, call));
    if (!plan) return this.intercept?.(call);
    if (plan.skip > 0) return void plan.skip--;
    if (--plan.times === 0) this.plans = this.plans.filter((each) => each !== plan);
    if (plan.delayMs) await sleep(plan.delayMs);
    return plan.fault === 'none' ? undefined : plan.fault;
  }
}

function fits({ method, path, phase }: PlannedFault, call: ApiCall): boolean {
  if (phase !== call.phase || (method && method !== call.method)) return false;
  return !path || match(path, call.path) !== undefined;
}
