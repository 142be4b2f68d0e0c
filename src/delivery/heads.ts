import { type DeliveredFile, type Stored } from './files.js';

/** Indexes and documentation are asked for again each time (and answered 304); a tarball may be kept for an hour. */
const FRESHNESS = { index: 'no-cache', policy: 'no-cache', tarball: 'max-age=3600', docs: 'no-cache' } as const;

/** Of a head with fixed places, names and values in turn, as `writeHead` takes it. */
interface Template {
  readonly head: string[];
  readonly etag: number;
  readonly id: number;
  /** -1: a head without a body. */
  readonly length: number;
}

const KINDS = ['index', 'policy', 'tarball', 'docs'] as const;

const templates = (audience: 'public' | 'private', hasBody: boolean): Readonly<Record<Stored['kind'], Template>> =>
  Object.fromEntries(
    KINDS.map((kind) => {
      const ranges = kind === 'tarball' || kind === 'docs' ? ['accept-ranges', 'bytes'] : [];
      const head = [
        ...['x-request-id', '', 'x-content-type-options', 'nosniff'],
        ...['cache-control', `${audience}, ${FRESHNESS[kind]}`],
        ...(audience === 'private' ? ['vary', 'authorization'] : []),
        ...['etag', '', ...ranges],
        ...(hasBody ? ['content-type', 'application/octet-stream', 'content-length', ''] : []),
      ];
      const etag = head.indexOf('etag') + 1;
      return [kind, { head, etag, id: 1, length: hasBody ? head.length - 1 : -1 }] as const;
    }),
  ) as Record<Stored['kind'], Template>;

const WHOLE = { public: templates('public', true), private: templates('private', true) };
const UNCHANGED = { public: templates('public', false), private: templates('private', false) };

/** What is special about an answer; nothing in nearly all of them. */
export interface Special {
  /** `x-hex-message`, and the reason why answers differ by client. */
  readonly warning: string | null;
  /** The message itself, for a client that prints it. */
  readonly message: string | undefined;
  readonly closes: boolean;
}

/**
 * The head of an answer: 200 with the whole file, or 304. The arrays are made once and used for every answer, with three places
 * filled in; so it must be written before the next one is asked for.
 */
export function headOf(file: DeliveredFile, isPublic: boolean, requestId: string, isUnchanged: boolean): string[] {
  const audience = isPublic ? 'public' : 'private';
  const { head, etag, id, length } = (isUnchanged ? UNCHANGED : WHOLE)[audience][file.wanted.kind];
  head[id] = requestId;
  head[etag] = file.etag;
  if (length >= 0) head[length] = file.length;
  return head;
}

/** A copy with what is special. */
export function withSpecial(head: readonly string[], { warning, message, closes }: Special): string[] {
  const special = [...head];
  const vary = special.indexOf('vary');
  if (warning !== null && vary >= 0) special[vary + 1] = 'authorization, user-agent';
  if (message !== undefined) special.push('x-hex-message', message);
  if (closes) special.push('connection', 'close');
  return special;
}

/** A copy for a part of the file. */
export function withRange(head: readonly string[], start: number, end: number, size: number): string[] {
  const part = [...head, 'content-range', `bytes ${start}-${end}/${size}`];
  part[part.indexOf('content-length') + 1] = String(end - start + 1);
  return part;
}
