import { type Operation } from '../../billing/operation.entity.js';
import { refusalWords } from '../../billing/refusals.js';
import { type Refusal } from '../../billing/gateway.js';
import { type Note } from '../http/cookies.js';

/** What to tell about an operation that was carried out. `done` is what is said of a success. */
export function noteOf({ state, outcome }: Operation, done: string): Note {
  switch (state) {
    case 'done':
      return { text: done, tone: 'good' };
    case 'refused':
      return { text: refusalWords(outcome as unknown as Refusal), tone: 'bad' };
    default:
      return {
        text: 'Stripe has not answered yet. We are asking what became of it; nothing is repeated.',
        tone: 'bad',
      };
  }
}
