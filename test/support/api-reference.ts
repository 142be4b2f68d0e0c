import { type ApiOperation, type OpenApi, type Schema } from '../../src/platform/api-description.js';
import { contentWords, endpointsOf, fieldsOf, type Word, wordsOf } from '../../src/web/api-docs/schema-words.js';

const WRITTEN_BY =
  '<!-- Written by test/api/openapi.spec.ts from the OpenAPI document; `npx vitest run test/api/openapi.spec.ts --update` writes it anew. -->';
const ELSEWHERE =
  'A running server shows the same as a page, `/api-docs`, and for programs as an OpenAPI 3.1 document, `/api/openapi.json`. Billing is told as a story, with examples, in [api/billing.md](api/billing.md).';

/** `docs/api.md`: the API's description as text, for who reads the repository. */
export function apiReference(document: OpenApi): string {
  return [
    ...['# The API', WRITTEN_BY, ELSEWHERE, document.info.description],
    ...document.tags.flatMap(({ name }) => [
      `## ${name}`,
      ...endpointsOf(document, name).flatMap(({ path, method, operation }) => [
        `### ${method} ${path}`,
        ...aboutOperation(operation),
      ]),
    ]),
    '## Shapes',
    ...Object.entries(document.components.schemas).flatMap(([name, schema]) => aboutShape(name, schema)),
  ].join('\n\n');
}

function aboutOperation({ summary, description, parameters = [], requestBody, responses }: ApiOperation): string[] {
  const query = parameters.filter((one) => one.in === 'query');
  const answers = Object.entries(responses).filter(([status]) => status !== 'default');
  return [
    `${summary}. ${description}`,
    ...(query.length === 0
      ? []
      : [`Query: ${query.map((one) => `\`${one.name}\` (${text(wordsOf(one.schema))})`).join(', ')}.`]),
    ...(requestBody === undefined ? [] : [`Body: ${text(contentWords(requestBody.content))}.`]),
    answers
      .map(
        ([status, { description: when, content }]) =>
          `- **${status}** ${when} ${content ? text(contentWords(content)) : 'No body.'}`,
      )
      .join('\n'),
  ];
}

function aboutShape(name: string, schema: Schema): string[] {
  const lines = fieldsOf(schema).map(({ name: field, schema: of, required }) => {
    const words = of.description === undefined ? '' : ` ${of.description}`;
    return `- \`${field}\`${required ? '' : ' (optional)'}: ${text(wordsOf(of))}.${words}`;
  });
  return [
    `### Shape ${name}`,
    ...(schema.description ? [schema.description] : []),
    lines.join('\n') || `${text(wordsOf(schema))}.`,
  ];
}

const text = (words: readonly Word[]): string =>
  words
    .map((word) => (typeof word === 'string' ? word : `[${word.shape}](#shape-${word.shape.toLowerCase()})`))
    .join('');
