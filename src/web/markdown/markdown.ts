import { Marked, type Token, type Tokens } from 'marked';
import { highlight } from './highlight.js';
import { sanitize } from './sanitize.js';
import { withinTime } from './time-limit.js';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char]!);

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    code({ text, lang = '' }: Tokens.Code): string {
      const language = lang
        .trim()
        .split(/[\s,{]/)[0]!
        .toLowerCase();
      return `<pre><code class="hljs">${highlight(text, language) ?? escapeHtml(text)}</code></pre>\n`;
    },
    // A box that cannot be ticked is no form control here.
    checkbox({ checked }: Tokens.Checkbox): string {
      return checked ? '☑ ' : '☐ ';
    },
  },
});

/** A few long nights of writing; what is behind it is left to the package's files. */
const MAX_LENGTH = 128 * 1024;
/** Ordinary readmes take a few milliseconds. There are texts on which the library would think for minutes. */
const MAX_MS = 1500;

/** The addresses of all links together: one that is defined once can be used ten thousand times. */
const MAX_LINKED = 256 * 1024;

/** GitHub's Markdown as HTML that is safe on our pages; undefined for a text that the library cannot cope with in time. */
export function renderMarkdown(text: string): string | undefined {
  return withinTime(MAX_MS, () =>
    sanitize(marked.parse(shortened(text), { async: false, walkTokens: boundedLinks() })),
  );
}

function boundedLinks(): (token: Token) => void {
  let left = MAX_LINKED;
  return (token) => {
    if (token.type !== 'link' && token.type !== 'image') return;
    const { href, title } = token as Tokens.Link | Tokens.Image;
    left -= href.length + (title?.length ?? 0);
    if (left < 0) throw new Error('the links of this text are too long');
  };
}

/** Cut at the end of a line. */
function shortened(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  return `${text.slice(0, Math.max(text.lastIndexOf('\n', MAX_LENGTH), MAX_LENGTH / 2))}\n\n…\n`;
}
