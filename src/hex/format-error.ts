/**
 * Bytes or text that do not follow the format they claim to have. `message` is written for the person who made them and
 * is safe to show; `code` is stable and names the rule that was broken.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
