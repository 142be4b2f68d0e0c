import { z } from 'zod';
import { invalid } from './problem.js';
import { type FormValue } from './form.js';

// Parameters come as text. These schemas turn them into what the SDK's types promise; `satisfies Fields<…>` beside each
// schema holds it to the SDK's own parameter type, so that an invented or misspelt parameter does not compile.

export type Fields<Params> = { [Key in keyof Params]?: z.ZodType<Params[Key]> };

export const text = z.string().min(1);
export const integer = z
  .string()
  .regex(/^-?\d+$/, 'Invalid integer')
  .transform(Number);
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'Invalid decimal')
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const emptyable = <T extends z.ZodType>(schema: T) => z.union([z.literal(''), schema]);
export const labels = z.record(z.string(), z.string());
export const metadata = emptyable(labels);
export const listing = { limit: integer.optional(), starting_after: text.optional(), ending_before: text.optional() };
export const range = z.union([
  integer,
  z.strictObject({ gt: integer.optional(), gte: integer.optional(), lt: integer.optional(), lte: integer.optional() }),
]);
export const address = z.strictObject({
  city: z.string().optional(),
  country: z.string().optional(),
  line1: z.string().optional(),
  line2: z.string().optional(),
  postal_code: z.string().optional(),
  state: z.string().optional(),
});

export function readParams<T>(schema: z.ZodType<T>, given: Record<string, FormValue>): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw complaint(result.error.issues[0]!, given);
}

function complaint(issue: z.core.$ZodIssue, given: Record<string, FormValue>) {
  const param = bracketed(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const name = bracketed([...issue.path, issue.keys[0]!]);
    return invalid(`Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name });
  }
  if (issue.code === 'invalid_union') return unionComplaint(issue, given) ?? wrong(param, issue.message);
  if (valueAt(given, issue.path) === undefined) {
    return invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  return wrong(param, issue.message);
}

/** The branch that got furthest tells best what is wrong. */
function unionComplaint(issue: z.core.$ZodIssueInvalidUnion, given: Record<string, FormValue>): Error | undefined {
  const deepest = issue.errors.map((branch) => branch[0]!).sort((a, b) => weight(b) - weight(a))[0];
  if (!deepest || weight(deepest) === 0) return undefined;
  return complaint({ ...deepest, path: [...issue.path, ...deepest.path] }, given);
}

const weight = (issue: z.core.$ZodIssue) => issue.path.length * 2 + (issue.code === 'unrecognized_keys' ? 1 : 0);

function wrong(param: string, message: string) {
  const code = message.includes('integer') ? 'parameter_invalid_integer' : undefined;
  return invalid(`Invalid ${param}: ${message}`, { code, param });
}

function valueAt(given: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given);
}

function bracketed(path: PropertyKey[]): string {
  return path.map((key, index) => (index ? `[${String(key)}]` : String(key))).join('');
}
