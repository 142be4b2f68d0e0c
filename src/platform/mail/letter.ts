/**
 * What a mail says, before it is laid out: one description from which the text part and the HTML part are both made, so that
 * they cannot differ. Every template is a function of typed arguments that returns one of these (`*.emails.ts` in the rooms).
 * All strings are plain text; the HTML part escapes them.
 */
export interface Letter {
  readonly subject: string;
  /** Paragraphs above the button. */
  readonly paragraphs: readonly string[];
  /** What to do now: a button in HTML, an address on a line of its own in text. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Label and value, one to a line: device, place, time. */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  /** Paragraphs below. */
  readonly afterwards?: readonly string[];
  /** Why the reader gets this mail; the last line. */
  readonly because: string;
}
