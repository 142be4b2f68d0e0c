import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
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
const SUGGESTIONS = 5;
const MOST_OWNED = 300;

export interface Listing<T> {
  readonly items: readonly T[];
  /** At most one more than {@link MOST_COUNTED}. */
  readonly total: number;
}

/**
 * Finding packages: by name, forgiving typing errors, by words of the description, by what they require. Only in the
 * repositories that the caller names, which are those the reader may see; three statements at most, however much there is.
 */
@Injectable()
export class Searching {
  constructor(private readonly database: DataSource) {}

  async find(query: ListQuery): Promise<Listing<ListedPackage>> {
    const asked = { ...query, search: tidy(query.search) };
    const [items, total] = await Promise.all([
      listPackages(this.database.manager, asked),
      countPackages(this.database.manager, asked, MOST_COUNTED + 1),
    ]);
    return { items, total };
  }

  /** What somebody may have meant who found nothing. */
  suggestions(repositoryIds: readonly string[], search: string): Promise<{ name: string; repositoryId: string }[]> {
    return similarPackages(this.database.manager, repositoryIds, tidy(search), SUGGESTIONS);
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
