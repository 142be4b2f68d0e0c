import { escapeLike } from '../platform/database.js';
import { type SearchFilter } from './search-filters.js';

/** What stands for a value in a statement. A type of its own, so that no value itself gets there by mistake. */
export type Numbered = `$${number}`;

/** Values of a statement, each by its number. */
export class Values {
  readonly all: unknown[] = [];

  /** `$1` for the first one put in, and so on. */
  put(value: unknown): Numbered {
    this.all.push(value);
    return `$${this.all.length}`;
  }
}

/** Shorter than this a name is meant as it is: it would be in most of them, and trigrams find nothing shorter. */
export const SHORTEST_PART = 3;

/** Anything may stand for `*`; without one it is a part of the name. */
function likeName(name: string): string {
  if (name.includes('*')) return name.split('*').map(escapeLike).join('%');
  return name.length < SHORTEST_PART ? escapeLike(name) : `%${escapeLike(name)}%`;
}

/**
 * A condition on `packages p` for each filter. Every value is a parameter, and none reaches beyond the row of the package,
 * its releases and what they require: which packages are looked at is decided elsewhere. `among`: the parameter with the ids of those repositories.
 */
export function filterConditions(filters: readonly SearchFilter[], among: Numbered, values: Values): string[] {
  return filters.map((filter) => {
    switch (filter.key) {
      case 'name':
        return [`p.name like ${values.put(likeName(filter.name))}`, ...inRepository(filter.repository, values)].join(
          ' and ',
        );
      case 'description':
        return `p.words @@ plainto_tsquery('english', ${values.put(filter.words)})`;
      case 'extra':
        return `p.meta -> 'extra' @> ${values.put(JSON.stringify(filter.contains))}::jsonb`;
      case 'depends':
        return requires(filter, among, values);
      case 'build_tool':
        return `exists (select 1 from releases l where l.package_id = p.id
          and l.version = coalesce(p.latest_stable_version, p.latest_version) and l.meta -> 'buildTools' ? ${values.put(filter.tool)})`;
      case 'updated_after':
        return `p.updated_at >= ${values.put(filter.time)}`;
    }
  });
}

const inRepository = (name: string | null, values: Values): string[] =>
  name === null ? [] : [`p.repository_id in (select id from repositories where name = ${values.put(name)})`];

/** Without a repository's name: one of those looked at, or hex.pm's, which need not be among them. The index begins with it. */
function requires(
  { repository, name }: { repository: string | null; name: string },
  among: Numbered,
  values: Values,
): string {
  const repositories =
    repository === null
      ? `array(select name from repositories where id = any (${among}::bigint[])) || 'hexpm'::text`
      : `array[${values.put(repository)}::text]`;
  return `p.id in (select r.current_of from requirements r
    where r.repository = any (${repositories}) and r.name = ${values.put(name)} and r.current_of is not null)`;
}
