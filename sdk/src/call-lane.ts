/**
 * Calls that must arrive in the order in which they were made: each is sent when the one before was
 * answered. Two calls on two connections could overtake each other.
 */

export class CallLane {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `send` after all that were given before, whether those succeeded or not. */
  run<T>(send: () => Promise<T>): Promise<T> {
    const result = this.#last.then(send, send);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
