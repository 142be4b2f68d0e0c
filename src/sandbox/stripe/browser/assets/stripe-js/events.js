// @ts-check

/** @typedef {(event: any) => unknown} Listener */

/** Who listens to an element. */
export class Listeners {
  /** @type {Map<string, Set<Listener>>} */
  #all = new Map();

  /** @param {string} name @param {Listener} listener */
  add(name, listener) {
    this.#all.set(name, (this.#all.get(name) ?? new Set()).add(listener));
  }

  /** @param {string} name @param {Listener} listener */
  addOnce(name, listener) {
    /** @type {Listener} */
    const once = (event) => {
      this.remove(name, once);
      return listener(event);
    };
    this.add(name, once);
  }

  /** @param {string} name @param {Listener} [listener] without it: all of this event. */
  remove(name, listener) {
    if (listener === undefined) this.#all.delete(name);
    else this.#all.get(name)?.delete(listener);
  }

  /** @param {string} name @param {object} [data] */
  tell(name, data = {}) {
    for (const listener of [...(this.#all.get(name) ?? [])]) listener({ elementType: 'payment', ...data });
  }
}
