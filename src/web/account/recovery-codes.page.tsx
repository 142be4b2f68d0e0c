import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Notice } from '../components/notice.js';
import { type Visitor } from '../http/visitor.js';
import { accountPage } from '../layout/account-page.js';

/** Shown once, right after they were made. The link that saves them holds them itself: they are kept nowhere to be asked for. */
export function recoveryCodesPage(visitor: Visitor, codes: readonly string[], note?: string): string {
  const text = `Recovery codes of ${visitor.user?.name ?? ''} for Propolis\nEach works once.\n\n${codes.join('\n')}\n`;
  return accountPage(visitor, {
    ...{ title: 'Your recovery codes', section: paths.security },
    children: (
      <>
        {note && (
          <div class="notice notice-good" role="status">
            {note}
          </div>
        )}
        <Notice tone="warn" title="Keep them now">
          This is the only time that they are shown. Print them or put them into a password manager: without them, a
          lost phone may lock you out.
        </Notice>
        <Card title="Ten codes, each works once">
          <CopyBlock label="Recovery codes" text={codes.join('\n')} />
          <p class="row">
            <a
              class="button button-plain"
              download="propolis-recovery-codes.txt"
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
            >
              Download as a file
            </a>
            <a class="button" href={paths.security}>
              Done, I have them
            </a>
          </p>
        </Card>
      </>
    ),
  });
}
