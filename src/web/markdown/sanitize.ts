import sanitizeHtml, { type Attributes, type IOptions, type Tag } from 'sanitize-html';

const TAGS = [
  ...['h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li', 'dl', 'dt', 'dd'],
  ...['a', 'em', 'strong', 'b', 'i', 'del', 's', 'kbd', 'sub', 'sup', 'span', 'details', 'summary'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

/** What stands in these is no text for people. */
const DROPPED_WITH_TEXT = [
  ...['script', 'style', 'textarea', 'option', 'select', 'noscript', 'template', 'title', 'head'],
  ...['iframe', 'object', 'embed', 'svg', 'math', 'xmp', 'noembed', 'noframes', 'plaintext', 'audio', 'video'],
];

const MAX_NESTING = 60;

/** `http`, `https` and `mailto` only, and only whole addresses: there is nothing here that a relative one could mean. */
function linkTarget(address: string | undefined): string | null {
  const text = (address ?? '').trim();
  if (!/^(https?:\/\/|mailto:)[^\s]/i.test(text) || !URL.canParse(text)) return null;
  return new URL(text).href;
}

/** What may be wider than the page is scrolled, also by keyboard. */
const scrollable = (tagName: string): Tag => ({ tagName, attribs: { tabindex: '0' } });

function numberedList(_name: string, { start = '' }: Attributes): Tag {
  const attribs: Attributes = /^\d{1,9}$/.test(start) ? { start } : {};
  return { tagName: 'ol', attribs };
}

function alignedCell(tagName: string, { align = '' }: Attributes): Tag {
  const attribs: Attributes = /^(left|right|center)$/.test(align) ? { align } : {};
  return { tagName, attribs };
}

const hostOf = (address: string): string => new URL(address).host;

const link = (href: string): Attributes => ({ href, rel: 'nofollow noopener ugc' });

/** An image would be asked of a third party, who would learn who reads what: its words, and a way to it. */
function imageAsText({ src, alt = '' }: Attributes, insideLink: boolean): Tag {
  const [target, words] = [linkTarget(src), alt.trim().slice(0, 200)];
  if (insideLink || target === null || target.startsWith('mailto:'))
    return { tagName: 'span', attribs: {}, text: words === '' ? 'image' : words };
  const host = hostOf(target);
  return {
    tagName: 'a',
    attribs: link(target),
    text: words === '' ? `image on ${host}` : `${words} (image on ${host})`,
  };
}

/**
 * Leaves of a stranger's HTML what can do no harm on a page of ours: words, structure, links that say that they are a
 * user's. No script, style, form, frame or image; no id and no class but those of coloured code, so that nothing can look
 * like, or be taken for, a part of the page. Headings begin two levels down, below the page's own.
 */
export function sanitize(html: string): string {
  let links = 0;
  const options: IOptions = {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'rel'],
      code: ['class'],
      span: ['class'],
      ol: ['start'],
      ...{ pre: ['tabindex'], table: ['tabindex'] },
      th: ['align'],
      td: ['align'],
    },
    allowedClasses: { code: ['hljs'], span: ['hljs-*'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    nonTextTags: DROPPED_WITH_TEXT,
    nestingLimit: MAX_NESTING,
    onOpenTag: (name) => void (name === 'a' && (links += 1)),
    onCloseTag: (name) => void (name === 'a' && (links -= 1)),
    transformTags: {
      ...{ h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6' },
      a: (_name, { href }) => {
        const target = links > 1 ? null : linkTarget(href);
        return target === null ? { tagName: 'span', attribs: {} } : { tagName: 'a', attribs: link(target) };
      },
      ol: numberedList,
      ...{ pre: scrollable, table: scrollable },
      ...{ th: alignedCell, td: alignedCell },
      img: (_name, attributes) => imageAsText(attributes, links > 0),
    },
  };
  return sanitizeHtml(html, options);
}
