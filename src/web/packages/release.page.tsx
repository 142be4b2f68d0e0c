import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { CopyBlock } from '../components/copy-block.js';
import { Empty } from '../components/empty.js';
import { emptyForm, type FormState } from '../http/forms.js';
import { type Visitor } from '../http/visitor.js';
import { type InstallWay } from './install-lines.js';
import { packagePage } from './package-frame.js';
import { ReleaseActs } from './release-acts.js';
import { ReleaseAside } from './release-aside.js';
import { type ReleaseSight } from './release-sights.js';

/** A form of the page that was sent and came back. */
export interface SentForm {
  readonly act: 'retire' | 'revert';
  readonly form: FormState;
}

export function releasePage(visitor: Visitor, shown: ReleaseSight, sent?: SentForm): string {
  const { sight } = shown;
  const mayAct = sight.may.retire || sight.may.revert;
  return packagePage(visitor, {
    sight,
    children: (
      <div class="with-aside package-columns">
        <div class="stack">
          <Install ways={shown.install} isPrivate={sight.scope !== undefined} />
          <Readme readme={shown.readme} />
          {mayAct && <ReleaseActs sight={sight} act={sent?.act} form={sent?.form ?? emptyForm} />}
        </div>
        <ReleaseAside shown={shown} />
      </div>
    ),
  });
}

function Install({ ways, isPrivate }: { ways: readonly InstallWay[]; isPrivate: boolean }) {
  return (
    <Card title="Use it">
      <div class="ways">
        {ways.map(({ tool, hint, lines }, index) => (
          <details key={tool} name="way" open={index === 0}>
            <summary>{tool}</summary>
            <div class="stack stack-tight">
              <p class="quiet small">{hint}</p>
              {lines.map(({ label, text }) => (
                <CopyBlock key={label} label={label} text={text} />
              ))}
            </div>
          </details>
        ))}
      </div>
      {isPrivate && (
        <p class="quiet small">
          Each machine needs a key that may read the repository: <a href={paths.keys}>make one</a> and keep it there as{' '}
          <code>PROPOLIS_KEY</code>.
        </p>
      )}
    </Card>
  );
}

function Readme({ readme }: Pick<ReleaseSight, 'readme'>) {
  if (readme === null)
    return (
      <Card title="Readme">
        <Empty title="No readme in this release">
          <p>
            A README.md at the root of the package, among the files it is published with, is shown here from the next
            release on.
          </p>
        </Empty>
      </Card>
    );
  const { file, html } = readme;
  return (
    <Card title={file.path}>
      {html === null ? (
        <pre class="readme readme-plain" tabIndex={0} aria-label={file.path}>
          {file.text}
        </pre>
      ) : (
        // Made safe by markdown/sanitize; the one place where HTML goes into a page as it is.
        <div class="readme" dangerouslySetInnerHTML={{ __html: html }} />
      )}
    </Card>
  );
}
