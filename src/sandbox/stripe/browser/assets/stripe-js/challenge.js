// @ts-check
// The bank's window over the page. It is a frame of the sandbox: the page neither sees nor decides what is pressed in it.

import { openLine } from './line.js';

/** Style by way of the object model, which no Content-Security-Policy of the page forbids. */
const OVERLAY = {
  ...{ position: 'fixed', inset: '0', width: '100vw', height: '100dvh', maxWidth: 'none', maxHeight: 'none' },
  ...{ margin: '0', padding: '0', border: '0', boxSizing: 'border-box', overflow: 'hidden', zIndex: '2147483647' },
  ...{ display: 'grid', placeItems: 'center', background: 'rgb(10 20 40 / 55%)' },
};
const WINDOW = {
  ...{ display: 'block', width: 'min(100vw - 1.5rem, 27rem)', height: 'min(100dvh - 1.5rem, 34rem)' },
  ...{ border: '0', borderRadius: '0.75rem', background: 'Canvas' },
};

/**
 * Shows the challenge until it is passed, failed or closed.
 * @param {string} clientSecret
 * @param {string} intentId
 * @returns {Promise<void>}
 */
export async function passChallenge(clientSecret, intentId) {
  const before = document.activeElement;
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-label', 'Authentication by your bank');
  Object.assign(dialog.style, OVERLAY);
  const query = new URLSearchParams({ client_secret: clientSecret });
  await new Promise((done) => {
    const line = openLine({
      ...{ path: `/3ds/${encodeURIComponent(intentId)}?${query}`, title: 'Authentication by your bank', start: {} },
      hear: (event) => event === 'settled' && done(undefined),
    });
    Object.assign(line.element.style, WINDOW);
    line.element.addEventListener('load', () => line.element.focus(), { once: true });
    // Escape closes it by way of the bank, which is told that the customer gave up.
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      void line.call('cancel');
    });
    void line.opened.then((opened) => opened || done(undefined));
    dialog.append(line.element);
    document.body.append(dialog);
    dialog.showModal();
  });
  dialog.remove();
  if (before instanceof HTMLElement) before.focus();
}
