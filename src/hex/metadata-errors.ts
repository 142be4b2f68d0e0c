import { FormatError } from './format-error.js';

/** Field to message, or to the fields inside it. Strings and nested maps only: Hex clients crash on lists. */
export interface FieldErrors {
  [field: string]: string | FieldErrors;
}

const MAX_SENTENCES = 10;

/** Everything that is wrong with a package's metadata, in the shape of the `errors` of an API answer. */
export class MetadataError extends FormatError {
  constructor(readonly fields: FieldErrors) {
    super('metadata', `invalid metadata: ${sentences(fields).slice(0, MAX_SENTENCES).join('; ')}`);
  }
}

/** Reads field after field and keeps what goes wrong, so that a publisher learns all of it at once. */
export class FieldCollector {
  private readonly fields = emptyFields();

  /**
   * What `read` returns. If it throws a FormatError, its message is kept under `path` and the result is undefined
   * whatever the type says: nobody gets to see it, because `throwIfAny` comes first.
   */
  collect<T>(path: readonly [string, ...string[]], read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.add(path, error.message);
      return undefined as T;
    }
  }

  throwIfAny(): void {
    if (Object.keys(this.fields).length > 0) throw new MetadataError(this.fields);
  }

  /** The first message for a field stands. */
  private add(path: readonly string[], message: string): void {
    let fields = this.fields;
    for (const field of path.slice(0, -1)) {
      const inner = (fields[field] ??= emptyFields());
      if (typeof inner === 'string') return;
      fields = inner;
    }
    fields[path.at(-1) ?? ''] ??= message;
  }
}

/** Without a prototype: some fields are named by the client. */
function emptyFields(): FieldErrors {
  return Object.create(null) as FieldErrors;
}

function sentences(fields: FieldErrors, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([field, error]) =>
    typeof error === 'string' ? [`${prefix}${field} ${error}`] : sentences(error, `${prefix}${field}.`),
  );
}
