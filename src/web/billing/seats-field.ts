import { z } from 'zod';

/** A number of seats as typed. What it must be at least and at most, the verb says. */
export const seatsField = z
  .string("can't be blank")
  .trim()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);
