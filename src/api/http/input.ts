import { StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { type FieldErrors, invalidFields } from '../../platform/errors.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Checks what handlers declare with `{ schema }` and reports problems as Hex clients read them: nested maps of strings. */
export const inputPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues: readonly Issue[]) => invalidFields(fieldErrors(issues)),
});

/** The first problem of each field. List positions are left out: `permissions.domain`, as hex.pm reports it. */
function fieldErrors(issues: readonly Issue[]): FieldErrors {
  const errors: FieldErrors = Object.create(null) as FieldErrors;
  for (const { path = [], message } of issues) {
    const keys = path
      .map((part) => (typeof part === 'object' ? part.key : part))
      .filter((key) => typeof key === 'string' && key !== '__proto__');
    put(errors, keys.length > 0 ? (keys as string[]) : ['body'], message);
  }
  return errors;
}

function put(errors: FieldErrors, [key, ...rest]: string[], message: string): void {
  if (key === undefined) return;
  if (rest.length === 0) {
    errors[key] ??= message;
    return;
  }
  const inner = (errors[key] ??= {});
  if (typeof inner === 'object') put(inner, rest, message);
}

/** `true` and `1` are yes, everything else no. */
export const Flag = z
  .union([z.boolean(), z.string()])
  .transform((value) => value === true || value === 'true' || value === '1');
