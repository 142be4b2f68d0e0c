import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Lanes } from './lanes.js';

test('one at a time in a lane, few at a time over all, and a crowded lane does not hold up the others', async () => {
  const lanes = new Lanes(2, 50);
  const done: string[] = [];
  const running = new Map<string, number>();
  let most = 0;
  const work = (lane: string) => async () => {
    running.set(lane, (running.get(lane) ?? 0) + 1);
    expect(running.get(lane)).toBe(1);
    most = Math.max(
      most,
      [...running.values()].reduce((a, b) => a + b),
    );
    await pause(2);
    running.set(lane, 0);
    done.push(lane);
  };
  const crowd = Array.from({ length: 40 }, () => lanes.run('crowd', work('crowd')));
  const one = lanes.run('one', work('one'));
  await Promise.all([...crowd, one]);
  expect(most).toBe(2);
  expect(done.indexOf('one')).toBeLessThan(4);
});

test('a full lane refuses; what fails makes room', async () => {
  const lanes = new Lanes(1, 2);
  const failing = () => lanes.run('a', () => Promise.reject(new Error('no')));
  const [first, second] = [failing(), failing()];
  await expect(failing()).rejects.toMatchObject({ code: 'too_many_logins' });
  await expect(first).rejects.toThrow('no');
  await expect(second).rejects.toThrow('no');
  expect(await lanes.run('a', async () => 7)).toBe(7);
});
