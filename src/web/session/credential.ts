import { z } from 'zod';

/** What `passkeys.js` puts into a form: the browser's credential as JSON. What is in it is judged by `accounts/passkeys`. */
export const Credential = z
  .string()
  .max(20_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'the passkey could not be used, please try again' });
      return z.NEVER;
    }
  });

/** A line that was typed; too long ones are nobody's. */
export const line = (most = 512) =>
  z
    .string({ error: "can't be blank" })
    .max(most, `must be at most ${most} characters`)
    .refine((text) => !text.includes('\0'), 'holds a character that cannot be kept');
export const filledLine = (most = 512) => line(most).refine((text) => text.trim() !== '', "can't be blank");
