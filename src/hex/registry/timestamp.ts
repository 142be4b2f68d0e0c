import { create } from '@bufbuild/protobuf';
import { type Timestamp, TimestampSchema } from './generated/registry_pb.js';

export function toTimestamp(date: Date): Timestamp {
  const seconds = Math.floor(date.getTime() / 1000);
  const nanos = (date.getTime() - seconds * 1000) * 1_000_000;
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos });
}

/** Precise to the millisecond, which is all a Date can hold. */
export function toDate({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000));
}
