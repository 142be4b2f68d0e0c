// @ts-check
import { answerWith } from '../../dist/src/platform/thread.js';

answerWith((/** @type {string} */ text) => {
  if (text === 'throw') throw new Error('it was told to');
  if (text === 'exit') process.exit(1);
  if (text === 'grow') for (const all = []; ;) all.push(new Array(1_000_000).fill(0.5));
  return text.toUpperCase();
});
