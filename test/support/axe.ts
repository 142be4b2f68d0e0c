import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AxeResults } from 'axe-core';
import { type Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What may come out otherwise in another light; the rest is in the markup and the layout, which stay as they are. */
const OF_THE_LIGHT = ['color-contrast', 'link-in-text-block'];

/**
 * What axe finds serious or critical on the page as it stands, one line an element; and whether the page is wider than its
 * window. `again`: in this window it has been looked at, now the light is another. It is put in by the browser's own tools: the
 * page's Content-Security-Policy rightly refuses it.
 */
export async function violations(page: Page, again = false): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  try {
    await devtools.send('Runtime.evaluate', { expression: `if (!globalThis.axe) { ${source} }` });
    const options = { iframes: false, resultTypes: ['violations'], ...(again && { runOnly: OF_THE_LIGHT }) };
    const run = `axe.run(document, ${JSON.stringify(options)})`;
    const evaluation = { expression: run, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', evaluation);
    if (exceptionDetails !== undefined) throw new Error(`axe: ${JSON.stringify(exceptionDetails)}`);
    return [...serious(result.value as AxeResults), ...(await tooWide(page))];
  } finally {
    await devtools.detach();
  }
}

const serious = ({ violations }: AxeResults): string[] =>
  violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}\n    ${node.html}`),
    );

export async function tooWide(page: Page): Promise<string[]> {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth] as const;
  });
  return content > window ? [`the page is ${content} wide in a window of ${window}`] : [];
}
