import { type DeliveredFile, type Stored } from './files.js';

/** Indexes and documentation are asked for again each time (and answered 304); a tarball may be kept for an hour. */
const FRESHNESS = { index: 'no-cache', policy: 'no-cache', tarball: 'max-age=3600', docs: 'no-cache' } as const;

const KINDS = ['index', 'policy', 'tarball', 'docs'] as const;

/** Of an answer with the file, or without: 304. */
type Content = 'whole' | 'unchanged';
type Audience = 'public' | 'private';

/** What is the same for all files of a kind: names and values in turn, as `writeHead` takes them. */
function constant(content: Content, audience: Audience, kind: Stored['kind']): string[] {
  return [
    ...['x-content-type-options', 'nosniff', 'cache-control', `${audience}, ${FRESHNESS[kind]}`],
    ...(audience === 'private' ? ['vary', 'authorization'] : []),
    ...(kind === 'tarball' || kind === 'docs' ? ['accept-ranges', 'bytes'] : []),
    ...(content === 'whole' ? ['content-type', 'application/octet-stream'] : []),
  ];
}

const STATUS = { whole: '200 OK', unchanged: '304 Not Modified' };

/** The same as text, from the first line up to the value of the ETag. */
function startOf(content: Content, audience: Audience, kind: Stored['kind']): string {
  const fields = constant(content, audience, kind);
  const lines = fields.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${fields[at + 1]!}\r\n`] : []));
  return `HTTP/1.1 ${STATUS[content]}\r\n${lines.join('')}connection: keep-alive\r\netag: `;
}

const starts = (content: Content, audience: Audience): Readonly<Record<Stored['kind'], string>> =>
  Object.fromEntries(KINDS.map((kind) => [kind, startOf(content, audience, kind)])) as Record<Stored['kind'], string>;

const both = (content: Content) => ({ public: starts(content, 'public'), private: starts(content, 'private') });
const STARTS = { whole: both('whole'), unchanged: both('unchanged') };

const audienceOf = (isPublic: boolean): Audience => (isPublic ? 'public' : 'private');

/** The head of a 200 as bytes of Latin-1, with its empty line; `now` in milliseconds. */
export function wholeHead(file: DeliveredFile, isPublic: boolean, requestId: string, now: number): string {
  const start = STARTS.whole[audienceOf(isPublic)][file.wanted.kind];
  return `${start}${file.etag}\r\ncontent-length: ${file.length}\r\n${restOf(now)}${requestId}\r\n\r\n`;
}

/** The head of a 304, which is all of it. */
export function unchangedHead(file: DeliveredFile, isPublic: boolean, requestId: string, now: number): string {
  const start = STARTS.unchanged[audienceOf(isPublic)][file.wanted.kind];
  return `${start}${file.etag}\r\n${restOf(now)}${requestId}\r\n\r\n`;
}

let second = { began: 0, rest: '' };

/** The date is made once a second. */
function restOf(now: number): string {
  const age = now - second.began;
  if (age < 0 || age >= 1000) {
    const began = now - (now % 1000);
    second = { began, rest: `date: ${new Date(began).toUTCString()}\r\nx-request-id: ` };
  }
  return second.rest;
}

/** What is special about an answer; nothing in nearly all of them. */
export interface Special {
  /** `x-hex-message`, and the reason why answers differ by client. */
  readonly warning: string | null;
  /** The message itself, for a client that prints it. */
  readonly message: string | undefined;
  readonly closes: boolean;
}

/** The head of an answer as `writeHead` takes it: 200 with the whole file, or 304. */
export function headOf(
  file: DeliveredFile,
  isPublic: boolean,
  requestId: string,
  content: Content,
  { warning, message, closes }: Special,
): string[] {
  const head = constant(content, audienceOf(isPublic), file.wanted.kind);
  head.push('etag', file.etag, 'x-request-id', requestId);
  if (content === 'whole') head.push('content-length', file.length);
  if (warning !== null && !isPublic) head[head.indexOf('vary') + 1] = 'authorization, user-agent';
  if (message !== undefined) head.push('x-hex-message', message);
  if (closes) head.push('connection', 'close');
  return head;
}

/** A copy for a part of the file. */
export function withRange(head: readonly string[], start: number, end: number, size: number): string[] {
  const part = [...head, 'content-range', `bytes ${start}-${end}/${size}`];
  part[part.indexOf('content-length') + 1] = String(end - start + 1);
  return part;
}
