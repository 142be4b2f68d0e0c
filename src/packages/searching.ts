import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { readSearch } from './search-filters.js';
import { countDependents, type Dependent, type DependentsQuery, listDependents } from './dependents.queries.js';
import {
  countPackages,
  type ListedPackage,
  listPackages,
  type ListQuery,
  ownedPackages,
  similarPackages,
} from './searching.queries.js';

/** Lists count to here; what is more is "1000+". */
export const MOST_COUNTED = 1000;
const MAX_SEARCH_LENGTH = 100;
const MOST_SIMILAR = 10;
const MOST_OWNED = 300;

export interface Listing<T> {
  readonly items: readonly T[];
  /** At most one more than {@link MOST_COUNTED}. */
  readonly total: number;
}

export interface FoundPackages extends Listing<ListedPackage> {
  /** Nothing matches; these have names that look like what was typed. */
  readonly similar: boolean;
}

/**
 * Finding packages: by name, by words of the description, by what they require. Who mistypes a name finds those that look like it. Only in the
 * repositories that the caller names, which are those the reader may see; three statements at most, however much there is.
 */
@Injectable()
export class Searching {
  constructor(private readonly database: DataSource) {}

  /** `search` in the language of `readSearch`. */
  async find(query: Omit<ListQuery, 'search'> & { readonly search: string }): Promise<FoundPackages> {
    const asked = { ...query, search: readSearch(tidy(query.search)) };
    const [items, total] = await Promise.all([
      listPackages(this.database.manager, asked),
      countPackages(this.database.manager, asked, MOST_COUNTED + 1),
    ]);
    // Filters are typed by those who know what they ask for.
    if (total > 0 || asked.search.text === '' || asked.search.filters.length > 0)
      return { items, total, similar: false };
    const similar = await similarPackages(this.database.manager, asked, MOST_SIMILAR);
    return { items: similar, total: similar.length, similar: true };
  }

  /** Of the public repository; the first few hundred of them. */
  ownedBy(userId: string, repositoryId: string): Promise<ListedPackage[]> {
    return ownedPackages(this.database.manager, userId, repositoryId, MOST_OWNED);
  }

  /** Packages whose recommended release requires this one. */
  async dependents(query: DependentsQuery): Promise<Listing<Dependent>> {
    const [items, total] = await Promise.all([
      listDependents(this.database.manager, query),
      this.dependentsCount(query),
    ]);
    return { items, total };
  }

  /** Counted up to one more than {@link MOST_COUNTED}. */
  dependentsCount(of: Pick<DependentsQuery, 'repositoryIds' | 'repository' | 'name'>): Promise<number> {
    return countDependents(this.database.manager, of, MOST_COUNTED + 1);
  }
}

const tidy = (search: string): string => search.normalize('NFKC').replace(/\0/g, '').trim().slice(0, MAX_SEARCH_LENGTH);
