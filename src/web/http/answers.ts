import { type Readable } from 'node:stream';
import { type Note } from './cookies.js';

/** Origins besides ours that a page may take something from, by what it is. */
export interface Origins {
  readonly script: readonly string[];
  readonly frame: readonly string[];
  readonly connect: readonly string[];
  readonly image: readonly string[];
}

/** A page. `formTargets`: origins that its forms may lead to besides ours. `origins`: whom it asks besides us. */
export interface Html {
  readonly kind: 'html';
  readonly page: string;
  readonly status: number;
  readonly formTargets: readonly string[];
  readonly origins?: Origins;
}

/** On to another page by GET, with a note to be shown there. */
export interface SeeOther {
  readonly kind: 'see-other';
  readonly location: string;
  readonly note: Note | null;
  readonly cookies: readonly CookieChange[];
}

export interface CookieChange {
  readonly name: string;
  /** Null removes it. */
  readonly value: string | null;
  readonly maxAge?: number;
}

/** A file to keep. */
export interface Download {
  readonly kind: 'download';
  readonly stream: Readable;
  readonly type: string;
  readonly filename: string;
}

/** For a script of ours. */
export interface Json {
  readonly kind: 'json';
  readonly value: object;
}

export type Answer = Html | SeeOther | Download | Json;

export const html = (page: string, status = 200, formTargets: readonly string[] = []): Html => ({
  ...{ kind: 'html', page, status, formTargets },
});

/** After a form has done its work: 303, so that reloading does not send it again. */
export const seeOther = (location: string, note?: string | Note, cookies: readonly CookieChange[] = []): SeeOther => ({
  ...{ kind: 'see-other', location, cookies },
  note: note === undefined ? null : typeof note === 'string' ? { text: note, tone: 'good' } : note,
});

export const json = (value: object): Json => ({ kind: 'json', value });

export const download = (stream: Readable, type: string, filename: string): Download => ({
  ...{ kind: 'download', stream, type, filename },
});

/** Thrown by a handler that cannot go on here: to the login, to a proof of identity. */
export class Elsewhere extends Error {
  constructor(readonly answer: SeeOther) {
    super('see other');
  }
}
