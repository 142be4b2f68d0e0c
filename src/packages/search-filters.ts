/** A part of a name, with the repository it is asked in; null: any. */
interface Named {
  readonly repository: string | null;
  readonly name: string;
}

export type SearchFilter =
  | ({ readonly key: 'name' } & Named)
  | { readonly key: 'description'; readonly words: string }
  /** What must be in the metadata's `extra`, as JSON contains JSON. */
  | { readonly key: 'extra'; readonly contains: unknown }
  | ({ readonly key: 'depends' } & Named)
  | { readonly key: 'build_tool'; readonly tool: string }
  | { readonly key: 'updated_after'; readonly time: Date };

export interface AskedSearch {
  /** What is left when the filters are taken out, its words separated by one space. */
  readonly text: string;
  /** All of them must hold. */
  readonly filters: readonly SearchFilter[];
}

const readers: Readonly<Record<string, (value: string) => SearchFilter | null>> = {
  name: (value) => ({ key: 'name', ...named(value, '/') }),
  description: (words) => ({ key: 'description', words }),
  extra: (value) => ({ key: 'extra', contains: nested(value) }),
  depends: (value) => ({ key: 'depends', ...named(value, ':') }),
  build_tool: (tool) => ({ key: 'build_tool', tool }),
  updated_after: readTime,
};

/**
 * hex.pm's language of searches: free words and `key:value`, where a value with spaces stands in quotes.
 *
 * | filter                                   | packages …                                                               |
 * | ---------------------------------------- | ------------------------------------------------------------------------ |
 * | `name:live`, `name:phoenix*`, `name:acme/wax` | with this in the name; `*` stands for anything, shorter than three letters is the whole name |
 * | `description:"web framework"`            | with these words in the description                                      |
 * | `extra:a,b,value`                        | whose metadata has `extra: {a: {b: value}}`; `[x,y]` is a list, digits a number |
 * | `depends:jason`, `depends:acme:jason`    | whose recommended release requires this                                  |
 * | `build_tool:rebar3`                      | whose recommended release is built with it                               |
 * | `updated_after:2026-01-01T00:00:00Z`     | changed since, the longest ago first                                     |
 *
 * Other keys, and times that are none, are left out as if they had not been typed.
 */
export function readSearch(search: string): AskedSearch {
  const words: string[] = [];
  const filters: SearchFilter[] = [];
  for (const [part, given, quoted, bare] of search.matchAll(/([a-z_]+):(?:"([^"]*)"|([^\s"]\S*))|\S+/gi)) {
    const [key, value] = [given?.toLowerCase(), quoted ?? bare];
    if (key === undefined || value === undefined) words.push(part);
    else if (value.trim() !== '' && Object.hasOwn(readers, key)) filters.push(...present(readers[key]!(value.trim())));
  }
  return { text: words.join(' '), filters };
}

const present = <T>(value: T | null): T[] => (value === null ? [] : [value]);

function named(value: string, separator: string): Named {
  const at = value.indexOf(separator);
  return at < 0
    ? { repository: null, name: value.toLowerCase() }
    : { repository: value.slice(0, at).toLowerCase(), name: value.slice(at + 1).toLowerCase() };
}

/** `a,b,value`: all but the last are keys. A list, which has commas of its own, may be the last. */
function nested(value: string): unknown {
  const [, path = '', list] = /^((?:[^,[\]]*,)*)\[([^[\]]*)\]$/.exec(value) ?? [];
  const keys = (list === undefined ? value : path).split(',');
  const last = keys.pop()!;
  const innermost: unknown = list === undefined ? scalar(last) : list.split(',').map(scalar);
  // Not by assignment: `__proto__` is a key like others.
  return keys.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), innermost);
}

const scalar = (text: string): string | number => (/^-?\d{1,15}$/.test(text) ? Number(text) : text);

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

/** ISO 8601, of UTC where it does not say. */
function readTime(value: string): SearchFilter | null {
  if (!TIME.test(value)) return null;
  const time = new Date(
    /T.*(Z|[+-]\d{2}:\d{2})$/i.test(value) || value.length === 10 ? value.toUpperCase() : `${value}Z`,
  );
  return Number.isNaN(time.getTime()) ? null : { key: 'updated_after', time };
}
