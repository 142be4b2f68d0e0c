import { type Stripe } from 'stripe';
import { invalid, missing } from './problem.js';

export interface ListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
}

export type Range = number | { gt?: number; gte?: number; lt?: number; lte?: number };

/** One page, newest first. `rows` are in the order of their making. */
export function page<Row extends { id: string }>(
  rows: readonly Row[],
  url: string,
  params: ListParams,
): Stripe.ApiList<Row> {
  const limit = params.limit ?? 10;
  if (limit < 1 || limit > 100)
    throw invalid('This value must be between 1 and 100.', { param: 'limit', code: 'parameter_invalid_integer' });
  const newest = [...rows].reverse();
  const after = params.starting_after ? position(newest, params.starting_after) + 1 : 0;
  if (params.ending_before) return before(newest, position(newest, params.ending_before), limit, url);
  return { object: 'list', data: newest.slice(after, after + limit), has_more: newest.length > after + limit, url };
}

function before<Row>(rows: Row[], end: number, limit: number, url: string): Stripe.ApiList<Row> {
  return { object: 'list', data: rows.slice(Math.max(0, end - limit), end), has_more: end > limit, url };
}

function position(rows: readonly { id: string }[], id: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index < 0) throw missing('object', id, 'starting_after');
  return index;
}

export function within(value: number, range: Range | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return value === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return value > gt && value >= gte && value < lt && value <= lte;
}

export function listOf<Row>(data: Row[], url: string): Stripe.ApiList<Row> {
  return { object: 'list', data, has_more: false, url };
}
