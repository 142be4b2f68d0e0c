// @ts-check
// The frame's end of the line to the page around it.

/** @typedef {(data: any) => unknown} Handler */

/** @type {MessagePort | undefined} */
let port;

/** @param {string} event @param {unknown} [data] */
export const tell = (event, data) => port?.postMessage({ event, data });

/** @param {Record<string, Handler>} handlers what the page may call, by name. */
export function answerCalls(handlers) {
  addEventListener('message', (message) => {
    const [line] = message.ports;
    if (message.source !== window.parent || message.data !== 'line' || line === undefined || port) return;
    port = line;
    line.onmessage = async ({ data: { id, name, data } }) => {
      const answer = await handlers[name]?.(data);
      line.postMessage({ id, answer });
    };
  });
}
