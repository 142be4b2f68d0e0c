import { type ComponentChildren } from 'preact';
import { type ApiOperation, type OpenApi, type Parameter, type Schema } from '../../platform/api-description.js';
import { Badge, type Tone } from '../components/badge.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { contentWords, type Described, endpointsOf, type Field, fieldsOf, type Word, wordsOf } from './schema-words.js';

const TONES: Readonly<Record<string, Tone>> = { GET: 'plain', POST: 'good', PUT: 'warn', DELETE: 'bad' };

/** The whole API on one page, so that the browser's own search finds everything; what is not looked at is folded. */
export function apiDocsPage(visitor: Visitor, document: OpenApi, about: string): string {
  const { tags, components } = document;
  return sitePage(visitor, {
    title: 'API',
    children: (
      <div class="with-sidebar">
        <nav class="sidebar sidebar-follows" aria-label="Sections">
          {tags.map(({ name }) => (
            <a key={name} href={`#${anchor(name)}`}>
              {name}
            </a>
          ))}
          <a href="#shapes">Shapes</a>
        </nav>
        <div class="stack">
          <div class="page-head">
            <h1>API</h1>
            <p class="lead">
              Every address that programs can ask. For tools there is the same as an{' '}
              <a href="/api/openapi.json">OpenAPI 3.1 document</a>.
            </p>
          </div>
          <div class="card readme" dangerouslySetInnerHTML={{ __html: about }} />
          {tags.map(({ name }) => (
            <Card key={name} title={name} id={anchor(name)} flush>
              <div class="endpoints">
                {endpointsOf(document, name).map((endpoint) => (
                  <Endpoint key={endpoint.operation.operationId} {...endpoint} />
                ))}
              </div>
            </Card>
          ))}
          <Card title="Shapes" id="shapes" flush>
            <div class="endpoints">
              {Object.entries(components.schemas).map(([name, schema]) => (
                <Shape key={name} name={name} schema={schema} />
              ))}
            </div>
          </Card>
        </div>
      </div>
    ),
  });
}

const anchor = (tag: string): string => tag.toLowerCase().replaceAll(' ', '-');

function Endpoint({ path, method, operation }: Described) {
  return (
    <details>
      <summary>
        <Badge tone={TONES[method]}>{method}</Badge>
        <code class="endpoint-path">{breakable(path)}</code>
        <span class="endpoint-summary">{operation.summary}</span>
      </summary>
      {/* Inside, or browsers would not unfold what they are sent to. */}
      <div class="endpoint-body" id={operation.operationId}>
        {operation.description.split('\n\n').map((text) => (
          <p key={text}>{withCode(text)}</p>
        ))}
        <Facts rows={factsOf(operation)} />
      </div>
    </details>
  );
}

function factsOf({ parameters = [], requestBody, responses }: ApiOperation) {
  const named = (one: Parameter) => [
    `Query ${one.name}`,
    <Words key={one.name} words={wordsOf(one.schema)} text={one.description} />,
  ];
  return [
    ...parameters.filter((one) => one.in === 'query').map(named),
    ...(requestBody ? [['Body', <Words key="body" words={contentWords(requestBody.content)} />]] : []),
    ...Object.entries(responses).map(([status, { description, content }]) => [
      status === 'default' ? 'Refused' : status,
      <Words
        key={status}
        words={content ? contentWords(content) : ['nothing']}
        text={status === 'default' || description === 'It worked.' ? undefined : description}
      />,
    ]),
  ] as [string, ComponentChildren][];
}

function Shape({ name, schema }: { name: string; schema: Schema }) {
  const fields = fieldsOf(schema);
  return (
    <details>
      <summary>
        <code>{name}</code>
        <span class="endpoint-summary">{schema.description}</span>
      </summary>
      <div class="endpoint-body" id={`shape-${name}`}>
        {fields.length === 0 ? (
          <p>
            <Words words={wordsOf(schema)} />
          </p>
        ) : (
          <Facts rows={fields.map((field) => [field.name, <FieldWords key={field.name} {...field} />] as const)} />
        )}
      </div>
    </details>
  );
}

const FieldWords = ({ schema, required }: Field) => (
  <>
    <Words words={wordsOf(schema)} text={schema.description} />
    {!required && <span class="quiet"> optional</span>}
  </>
);

/** Names of shapes lead to them; the browser unfolds what it is sent to. */
function Words({ words, text }: { words: readonly Word[]; text?: string | undefined }) {
  return (
    <>
      {words.map((word, index) =>
        typeof word === 'string' ? (
          <span key={index}>{word}</span>
        ) : (
          <a key={index} href={`#shape-${word.shape}`}>
            {word.shape}
          </a>
        ),
      )}
      {text && <span class="quiet"> {withCode(text)}</span>}
    </>
  );
}

/** Text with its `code`. */
const withCode = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));

/** May be broken after a slash, and nowhere else. */
const breakable = (path: string) =>
  path.split(/(?<=\/)/).map((part, index) => (
    <span key={index}>
      <wbr />
      {part}
    </span>
  ));
