/** One thing after the other, whatever became of the one before. */

import { CodedError } from "@tavola/base";

export class Turns {
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Settles as `run` does. Rejects with PLANE_CLOSED when its turn would come after `close`. */
  run(run: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(async () => {
      if (this.#isClosed) {
        throw new CodedError("PLANE_CLOSED", "cannot change a closed data plane");
      }
      await run();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when what had begun has ended; nothing begins any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
  }
}
