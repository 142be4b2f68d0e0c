import { type ApiOperation, type Content, type OpenApi, type Schema } from '../../platform/api-description.js';

/** JSON Schema in words, for people: on the page and in `docs/api.md`. */

/** A word, or the name of a shape that stands somewhere else. */
export type Word = string | { readonly shape: string };

/** In one line: `list of Release`, `text or null`. */
export function wordsOf(schema: Schema): Word[] {
  const { $ref, items, properties, additionalProperties, anyOf, oneOf } = schema;
  if ($ref !== undefined) return [{ shape: $ref.split('/').at(-1)! }];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum !== undefined) return [schema.enum.map((value) => JSON.stringify(value)).join(' or ')];
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return joined(choices.map(wordsOf), ' or ');
  if (Array.isArray(schema.type)) return joined(typesOf(schema).map(wordsOf), ' or ');
  if (schema.type === 'array') return ['list of ', ...wordsOf(items ?? {})];
  if (schema.type === 'object' && properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]): Word[] => [`${name}: `, ...wordsOf(field)]);
    return ['{ ', ...joined(fields, '; '), ' }'];
  }
  if (schema.type === 'object')
    return typeof additionalProperties === 'object' ? ['map to ', ...wordsOf(additionalProperties)] : ['map'];
  return [plain(schema)];
}

const typesOf = (schema: Schema): Schema[] => [schema.type ?? []].flat().map((type) => ({ ...schema, type }));

function plain({ type, format, minimum, maximum }: Schema): string {
  if (type === 'string') return format === 'uri' ? 'URL' : format === 'date-time' ? 'time' : 'text';
  if (type === 'integer' && minimum !== undefined && maximum !== undefined)
    return `whole number from ${minimum} to ${maximum}`;
  if (type === 'integer') return 'whole number';
  if (type === 'boolean') return 'true or false';
  return type === undefined ? 'anything' : String(type);
}

/** Each once: `null` of two choices is still only null. */
function joined(parts: readonly Word[][], between: string): Word[] {
  const seen = new Set<string>();
  const each = parts.filter((part) => {
    const key = JSON.stringify(part);
    return !seen.has(key) && seen.add(key);
  });
  return each.flatMap((part, index) => (index === 0 ? part : [between, ...part]));
}

export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** The fields of a shape; of one that is several together, or one of several, all of them, each once. */
export function fieldsOf({ properties = {}, required = [], allOf = [], anyOf = [] }: Schema): Field[] {
  const own = Object.entries(properties).map(([name, schema]): Field => ({
    name,
    schema,
    required: required.includes(name),
  }));
  const all = [...own, ...[...allOf, ...anyOf].flatMap(fieldsOf)];
  return all.filter(({ name }, at) => all.findIndex((one) => one.name === name) === at);
}

export interface Described {
  readonly path: string;
  /** In capitals. */
  readonly method: string;
  readonly operation: ApiOperation;
}

export const endpointsOf = ({ paths }: OpenApi, tag: string): Described[] =>
  Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    )
    .filter(({ operation }) => operation.tags.includes(tag));

/** What a body is: its shape, or the type of bytes that have none. */
export function contentWords(content: Content): Word[] {
  const [type, { schema }] = Object.entries(content)[0]!;
  return schema === undefined ? [type] : wordsOf(schema);
}
