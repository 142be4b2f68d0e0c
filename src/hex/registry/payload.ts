import { type DescMessage, type MessageShape, fromBinary } from '@bufbuild/protobuf';
import { FormatError } from '../format-error.js';

/** Decodes one registry message; anything protobuf cannot read is a FormatError. */
export function decodePayload<T extends DescMessage>(schema: T, payload: Uint8Array): MessageShape<T> {
  try {
    return fromBinary(schema, payload);
  } catch {
    throw new FormatError('invalid_registry', `invalid registry resource: not a ${schema.typeName} message`);
  }
}

/** Names are ASCII; sorting by code unit is the same in every locale and database. */
export function sortedBy<T>(items: readonly T[], name: (item: T) => string): T[] {
  return [...items].sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
}
