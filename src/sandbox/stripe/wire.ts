import { type Stripe } from 'stripe';

// The types of the SDK as they stand in JSON: amounts with fractions are strings, and what may be expanded is an id until
// somebody asks for more. Everything the sandbox keeps and answers has such a type, so a field that is missing or misspelt
// does not compile.

type HasBoth<T> = [Extract<T, string>] extends [never] ? false : [Extract<T, object>] extends [never] ? false : true;

export type Wire<T> =
  HasBoth<T> extends true
    ? Extract<T, string | null>
    : T extends Stripe.Decimal
      ? string
      : T extends (infer Item)[]
        ? Wire<Item>[]
        : T extends object
          ? { [Key in keyof T]: Wire<T[Key]> }
          : T;
