import { renderToString } from 'preact-render-to-string';
import { type Letter } from './letter.js';

/** Both parts of a mail. */
export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Throws on an action that is not a web address: every template makes its own from `Urls`. */
export function renderLetter(letter: Letter): Rendered {
  if (letter.action !== undefined && !/^https?:\/\//.test(letter.action.url))
    throw new TypeError('the action of a mail must be an http or https address');
  // Names that people chose may stand in a subject; a line end in it would begin another header.
  const subject = letter.subject.replace(/\p{C}+/gu, ' ').trim();
  return { subject, text: textOf(letter), html: `<!doctype html>${renderToString(<Mail letter={letter} />)}` };
}

const WIDTH = 76;

/** The address of the action stands alone on its line and is never broken: it must survive being copied. */
function textOf({ paragraphs, action, facts = [], afterwards = [], because }: Letter): string {
  const blocks = [
    ...paragraphs.map(wrapped),
    ...(action === undefined ? [] : [`${action.label}:\n${action.url}`]),
    ...(facts.length === 0 ? [] : [facts.map(([label, value]) => `${label}: ${value}`).join('\n')]),
    ...afterwards.map(wrapped),
    `-- \n${wrapped(because)}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function wrapped(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

// Mail clients know tables and inline styles; few know more. The style block adds the dark colours where it is understood.
const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background: #191714 !important; }
  .sheet { background: #211e1a !important; border-color: #37322b !important; }
  .text { color: #ece6dc !important; }
  .quiet { color: #b3a999 !important; }
  .button { background: #f0b04a !important; color: #191714 !important; }
  .fact { border-color: #37322b !important; }
}`;
const FONT = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif;';
const TEXT = `${FONT}font-size:16px;line-height:1.55;color:#1d1a16;margin:0 0 16px;overflow-wrap:anywhere;`;
const QUIET = `${FONT}font-size:13px;line-height:1.5;color:#6b6359;overflow-wrap:anywhere;`;
const SHEET = 'background:#ffffff;border:1px solid #e4dccf;border-radius:10px;padding:32px 28px 16px;text-align:left;';
const BUTTON = `${FONT}display:inline-block;background:#8a5000;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none;padding:12px 22px;border-radius:8px;`;
const TABLE = { role: 'presentation', width: '100%', cellpadding: 0, cellspacing: 0, border: 0 } as const;

function Mail({ letter }: { readonly letter: Letter }) {
  const { paragraphs, action, facts = [], afterwards = [] } = letter;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{letter.subject}</title>
        <style dangerouslySetInnerHTML={{ __html: DARK }} />
      </head>
      <body class="ground" style="margin:0;padding:0;background:#fbf8f3;">
        <table {...TABLE} class="ground" style="background:#fbf8f3;">
          <tr>
            <td align="center" style="padding:32px 12px;">
              <table {...TABLE} style="max-width:560px;">
                <tr>
                  <td class="sheet" style={SHEET}>
                    {paragraphs.map((paragraph) => (
                      <Paragraph text={paragraph} />
                    ))}
                    {action && <Action {...action} />}
                    {facts.length > 0 && <Facts facts={facts} />}
                    {afterwards.map((paragraph) => (
                      <Paragraph text={paragraph} />
                    ))}
                  </td>
                </tr>
                <tr>
                  <td class="quiet" style={`${QUIET}padding:16px 28px;text-align:left;`}>
                    {letter.because}
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>
  );
}

const Paragraph = ({ text }: { readonly text: string }) => (
  <p class="text" style={TEXT}>
    {text}
  </p>
);

/** The address is shown too: buttons are lost in some clients, and careful people want to see where one leads. */
const Action = ({ label, url }: NonNullable<Letter['action']>) => (
  <>
    <p style="margin:24px 0 12px;">
      <a class="button" href={url} style={BUTTON}>
        {label}
      </a>
    </p>
    <p class="quiet" style={`${QUIET}margin:0 0 24px;`}>
      Or open this address:
      <br />
      <a class="quiet" href={url} style={`${QUIET}word-break:break-all;`}>
        {url}
      </a>
    </p>
  </>
);

const CELL = 'padding:8px 12px 8px 0;border-top:1px solid #e4dccf;vertical-align:top;';

const Facts = ({ facts }: { readonly facts: NonNullable<Letter['facts']> }) => (
  <table {...TABLE} style="margin:8px 0 24px;">
    {facts.map(([label, value]) => (
      <tr>
        <td class="quiet fact" style={`${QUIET}${CELL}white-space:nowrap;`}>
          {label}
        </td>
        <td class="text fact" style={`${TEXT}${CELL}font-size:14px;margin:0;width:100%;`}>
          {value}
        </td>
      </tr>
    ))}
  </table>
);
