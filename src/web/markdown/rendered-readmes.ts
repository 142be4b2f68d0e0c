import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ReadmeFile } from '../../hex/readme.js';
import { renderMarkdown } from './markdown.js';

/** Of HTML in memory, in letters; a busy server's readmes fit many times over. */
const MAX_CACHED = 16 * 1024 * 1024;

/**
 * Readmes as HTML, each made once: what was used last is remembered, up to a bound of its size. The key is the text itself
 * (its hash), so there is nothing to invalidate; a new version of the code is a new process.
 */
@Injectable()
export class RenderedReadmes {
  private readonly known = new Map<string, string | null>();
  private size = 0;

  /** Null for a readme that is to be shown as the plain text it is. */
  html({ path, text }: ReadmeFile): string | null {
    if (!/\.(md|markdown)$/i.test(path)) return null;
    const key = createHash('sha256').update(text).digest('base64');
    const known = this.known.get(key);
    const rendered = known === undefined ? (renderMarkdown(text) ?? null) : known;
    this.remember(key, rendered);
    return rendered;
  }

  /** The newest stands last; the oldest go first. */
  private remember(key: string, html: string | null): void {
    if (!this.known.delete(key)) this.size += sizeOf(key, html);
    this.known.set(key, html);
    for (const [oldest, old] of this.known) {
      if (this.size <= MAX_CACHED) return;
      this.known.delete(oldest);
      this.size -= sizeOf(oldest, old);
    }
  }
}

const sizeOf = (key: string, html: string | null): number => key.length + (html?.length ?? 0);
