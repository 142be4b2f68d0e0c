import { type z } from 'zod';
import { DomainError, type FieldErrors } from '../../platform/errors.js';
import { bodyOf } from '../../platform/http/error-filter.js';
import { type Answer, type Html } from './answers.js';

/** A form as it is shown: what was typed, and what is wrong with it. */
export interface FormState {
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  /** By field. */
  readonly problems: Readonly<Record<string, string>>;
  /** About the form as a whole. */
  readonly message?: string | undefined;
}

export const emptyForm: FormState = { values: {}, problems: {} };

/** What `act` may throw and the form can show; everything else becomes an error page. */
const SHOWN = new Set(['invalid', 'conflict', 'rate_limited', 'too_large', 'payment_required']);

/** Never put back into a page. */
const SECRET = /password|secret|(?<!postal_)code|token/i;

/**
 * What a form does when it is sent: `schema` checks the body, `act` does the work and says where to go. If either has
 * something against it, `show` draws the form again, with what was typed (but no secret) and what is wrong.
 */
export async function submit<T>(
  schema: z.ZodType<T>,
  body: unknown,
  act: (input: T) => Promise<Answer>,
  show: (form: FormState) => Html | Promise<Html>,
): Promise<Answer> {
  const parsed = schema.safeParse(typeof body === 'object' && body !== null ? body : {});
  const values = typed(body);
  if (!parsed.success) return withStatus(await show({ values, problems: firstOfEach(parsed.error) }), 422);
  try {
    return await act(parsed.data);
  } catch (error) {
    if (!(error instanceof DomainError) || !SHOWN.has(error.kind)) throw error;
    const problems = flat(error.fields ?? {});
    const message = Object.keys(problems).length === 0 ? sentence(error.message) : undefined;
    return withStatus(await show({ values, problems, message }), bodyOf(error).status);
  }
}

const withStatus = (answer: Html, status: number): Html => ({ ...answer, status });

const sentence = (text: string): string => {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
};

function typed(body: unknown): FormState['values'] {
  if (typeof body !== 'object' || body === null) return {};
  const entries = Object.entries(body).filter(([name]) => !SECRET.test(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}

function firstOfEach(error: z.ZodError): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of error.issues) problems[String(path[0] ?? 'form')] ??= message;
  return problems;
}

/** Nested field errors under their innermost name: `{permissions: {resource: …}}` is a problem of `resource` and of `permissions`. */
function flat(fields: FieldErrors): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, problem]): [string, string][] =>
      typeof problem === 'string'
        ? [[name, problem]]
        : Object.entries(flat(problem)).flatMap((inner) => [inner, [name, inner[1]]]),
    ),
  );
}
