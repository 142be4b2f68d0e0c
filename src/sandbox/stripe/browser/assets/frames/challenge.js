// @ts-check
// The bank's page in its window. Its buttons are forms that work by themselves; in a frame the page around it is told instead.

import { answerCalls, tell } from './line.js';

const form = document.querySelector('form');
const cancel = () => /** @type {HTMLElement | null} */ (document.querySelector('button[value=cancel]'))?.click();

form?.addEventListener('submit', async (event) => {
  if (window.parent === window) return;
  event.preventDefault();
  form.inert = true;
  const body = new URLSearchParams({ outcome: /** @type {HTMLButtonElement} */ (event.submitter).value });
  const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => undefined);
  form.inert = false;
  // An answer that did not arrive may have had its effect; whoever opened this looks at the intent, and knows.
  if (answer === undefined || answer.status < 500) tell('settled');
});

addEventListener('keydown', ({ key }) => key === 'Escape' && cancel());
// Without a form there is nothing to decide any more.
answerCalls({ start: () => void (form ?? tell('settled')), cancel });
