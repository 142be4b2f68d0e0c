// @ts-check
// A frame of the sandbox on somebody else's page, and the line between the two: calls go in, answers and events come out.
// Card numbers live on the far side and never cross it.

import { sandboxOrigin } from './api.js';

const PATIENCE = 15_000;

/** @typedef {{ element: HTMLIFrameElement, opened: Promise<boolean>, call(name: string, data?: unknown): Promise<any> }} Line */

/**
 * @param {{ path: string, title: string, start: unknown, hear: (event: string, data: any) => void }} options
 * @returns {Line} `opened` tells whether anybody answers.
 */
export function openLine({ path, title, start, hear }) {
  const element = document.createElement('iframe');
  Object.assign(element, { src: sandboxOrigin + path, title });
  const { port1: port, port2 } = new MessageChannel();
  /** @type {Map<number, (answer: any) => void>} */
  const waiting = new Map();
  let count = 0;

  /** @param {string} name @param {unknown} [data] */
  const call = (name, data) =>
    new Promise((resolve) => {
      waiting.set(++count, resolve);
      port.postMessage({ id: count, name, data });
    });

  port.onmessage = ({ data: { id, answer, event, data } }) => {
    if (event !== undefined) return hear(event, data);
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };
  element.addEventListener('load', () => element.contentWindow?.postMessage('line', sandboxOrigin, [port2]), {
    once: true,
  });
  const silence = new Promise((resolve) => setTimeout(resolve, PATIENCE, false));
  return { element, opened: Promise.race([call('start', start).then(() => true), silence]), call };
}
