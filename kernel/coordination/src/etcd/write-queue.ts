/**
 * One write after the other, in the order in which they were asked for.
 *
 * etcd answers calls on several connections in any order; a caller that does not wait for its first
 * write may still rely on its second coming after it. Owns the order, and how many may wait.
 */

import { CodedError } from "@tavola/base";

/** A registrar has one write under way; so many at once mean that nobody waits for anything. */
const waitingMax = 10_000;

export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Runs it after all that were given before have settled. Rejects with UNAVAILABLE when too many wait. */
  async run<T>(write: () => Promise<T>): Promise<T> {
    if (this.#waiting >= waitingMax) {
      throw new CodedError("UNAVAILABLE", `${waitingMax} writes wait for etcd already`);
    }
    this.#waiting += 1;
    const before = this.#last;
    const mine = before.then(write).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
