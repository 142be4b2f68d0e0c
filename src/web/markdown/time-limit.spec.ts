import { describe, expect, test } from 'vitest';
import { processorTime } from '../../platform/processor-time.js';
import { withinTime } from './time-limit.js';

const never = new Int32Array(new SharedArrayBuffer(4));

describe('work within a limit', () => {
  test('is answered with its result', () => expect(withinTime(1000, () => 42)).toBe(42));

  test('that fails is not begun again', () => {
    let begun = 0;
    const failing = () => {
      begun += 1;
      throw new Error('no');
    };
    expect([withinTime(1000, failing), begun]).toEqual([undefined, 1]);
  });

  test('that takes all the processor there is is given up', () => {
    const endless = () => {
      for (;;);
    };
    expect(withinTime(50, endless)).toBeUndefined();
  });

  // Work that waits stands for work that is kept from the processor.
  test.skipIf(Number.isNaN(processorTime().ran)).each([
    [3, 3],
    [4, undefined],
  ])(
    'that was kept from the processor is begun again, with more time, up to a third time (done at time %i)',
    (at, result) => {
      let begun = 0;
      const kept = () => {
        begun += 1;
        if (begun < at) Atomics.wait(never, 0, 0, 10_000);
        return begun;
      };
      expect([withinTime(400, kept), begun]).toEqual([result, 3]);
    },
  );
});
