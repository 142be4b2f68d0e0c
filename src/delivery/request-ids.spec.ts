import { expect, test } from 'vitest';
import { nextRequestId } from './request-ids.js';

test('each is a UUID and another one, also where thousands end', () => {
  const ids = Array.from({ length: 3_500 }, nextRequestId);
  expect(ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\d{12}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});
