import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { type ReadmeFile } from '../../hex/readme.js';
import { Thread } from '../../platform/thread.js';

/** Of HTML in memory, in letters; a busy server's readmes fit many times over. */
const MAX_CACHED = 16 * 1024 * 1024;

/** A text that could not be rendered in time is tried once more: it may have been the machine that was slow. */
const TRIES = 2;

interface Rendered {
  /** Null: to be shown as plain text. */
  readonly html: string | null;
  readonly tries: number;
}

/** Only what has been built has one; the sources, as tests run them, render in place. */
const THREAD = new URL('./markdown.thread.js', import.meta.url);

/**
 * Readmes as HTML, each made once: what was used last is remembered, up to a bound of its size. The key is the text itself
 * (its hash), so there is nothing to invalidate; a new version of the code is a new process. Made on a thread of its own: an
 * ordinary one takes tens of milliseconds, and there are texts that take all the time that they are given.
 */
@Injectable()
export class RenderedReadmes implements BeforeApplicationShutdown {
  private readonly known = new Map<string, Rendered>();
  private readonly running = new Map<string, Promise<string | null>>();
  private readonly thread = existsSync(THREAD) ? new Thread<string, string | undefined>(THREAD) : undefined;
  private size = 0;

  /** Null for a readme that is to be shown as the plain text it is. */
  async html({ path, text }: ReadmeFile): Promise<string | null> {
    if (!/\.(md|markdown)$/i.test(path)) return null;
    const key = createHash('sha256').update(text).digest('base64');
    const before = this.known.get(key) ?? { html: null, tries: 0 };
    if (before.html !== null || before.tries >= TRIES) return this.remember(key, before);
    const running = this.running.get(key);
    if (running !== undefined) return running;
    const rendering = this.render(text)
      .then((html) => this.remember(key, { html, tries: before.tries + 1 }))
      .finally(() => this.running.delete(key));
    this.running.set(key, rendering);
    return rendering;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.thread?.close();
  }

  /** A page is shown with the plain text when the thread dies of it. */
  private async render(text: string): Promise<string | null> {
    if (this.thread !== undefined) return (await this.thread.ask(text).catch(() => undefined)) ?? null;
    // Loaded with the first readme: commands, and most starts, have no use for the libraries behind it.
    const { renderMarkdown } = await import('./markdown.js');
    return renderMarkdown(text) ?? null;
  }

  private remember(key: string, rendered: Rendered): string | null {
    this.forget(key);
    this.known.set(key, rendered);
    this.size += sizeOf(key, rendered);
    for (const oldest of this.known.keys()) if (this.size > MAX_CACHED) this.forget(oldest);
    return rendered.html;
  }

  private forget(key: string): void {
    const known = this.known.get(key);
    if (known === undefined) return;
    this.known.delete(key);
    this.size -= sizeOf(key, known);
  }
}

const sizeOf = (key: string, { html }: Rendered): number => key.length + (html?.length ?? 0);
