import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ReadmeFile } from '../../hex/readme.js';

/** Of HTML in memory, in letters; a busy server's readmes fit many times over. */
const MAX_CACHED = 16 * 1024 * 1024;

/** A text that could not be rendered in time is tried once more: it may have been the machine that was slow. */
const TRIES = 2;

interface Rendered {
  /** Null: to be shown as plain text. */
  readonly html: string | null;
  readonly tries: number;
}

/**
 * Readmes as HTML, each made once: what was used last is remembered, up to a bound of its size. The key is the text itself
 * (its hash), so there is nothing to invalidate; a new version of the code is a new process.
 */
@Injectable()
export class RenderedReadmes {
  private readonly known = new Map<string, Rendered>();
  private size = 0;

  /** Null for a readme that is to be shown as the plain text it is. */
  async html({ path, text }: ReadmeFile): Promise<string | null> {
    if (!/\.(md|markdown)$/i.test(path)) return null;
    // Loaded with the first readme: commands, and most starts, have no use for the libraries behind it.
    const { renderMarkdown } = await import('./markdown.js');
    const key = createHash('sha256').update(text).digest('base64');
    const before = this.known.get(key) ?? { html: null, tries: 0 };
    const isDone = before.html !== null || before.tries >= TRIES;
    const now = isDone ? before : { html: renderMarkdown(text) ?? null, tries: before.tries + 1 };
    this.forget(key);
    this.known.set(key, now);
    this.size += sizeOf(key, now);
    for (const oldest of this.known.keys()) if (this.size > MAX_CACHED) this.forget(oldest);
    return now.html;
  }

  private forget(key: string): void {
    const known = this.known.get(key);
    if (known === undefined) return;
    this.known.delete(key);
    this.size -= sizeOf(key, known);
  }
}

const sizeOf = (key: string, { html }: Rendered): number => key.length + (html?.length ?? 0);
