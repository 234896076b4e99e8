/**
 * Looking at a store again and again: at once when something may have changed, one look at a time,
 * and a while later when the store did not answer. While the session is suspended nothing is asked;
 * the owner calls `soon` when it is connected.
 */

import { CodedError } from "@tavola/base";
import type { Timer } from "@tavola/host";
import type { Coordination } from "./coordination.ts";

/** How often a store that does not answer is asked within its session's timeout. */
const retriesPerTimeout = 10;

export class Looking {
  readonly #store: Coordination;
  readonly #look: () => Promise<void>;
  readonly #failed: (error: CodedError) => void;
  #state: "idle" | "looking" | "again" | "closed" = "idle";
  #retry: Timer | undefined;

  /** `look` may reject with a CodedError: then `failed` is told, and it is tried again later. */
  constructor(store: Coordination, look: () => Promise<void>, failed: (error: CodedError) => void) {
    this.#store = store;
    this.#look = look;
    this.#failed = failed;
  }

  get isOpen(): boolean {
    return this.#state !== "closed";
  }

  /** After this call a look begins, if not at once then after the one that is under way. */
  soon(): void {
    this.#retry?.cancel();
    if (this.#state === "looking") this.#state = "again";
    if (this.#state === "idle") void this.#run();
  }

  close(): void {
    this.#retry?.cancel();
    this.#state = "closed";
  }

  async #run(): Promise<void> {
    do {
      this.#state = "looking";
      const { state, trouble } = this.#store.session;
      if (state === "suspended") {
        if (trouble !== undefined) this.#failed(trouble);
        this.#retryLater();
        continue;
      }
      try {
        await this.#look();
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        if (!this.isOpen) return;
        this.#failed(error);
        this.#retryLater();
      }
    } while (this.#isAskedAgain());
    if (this.isOpen) this.#state = "idle";
  }

  #retryLater(): void {
    if (!this.isOpen || this.#store.session.state === "expired") return;
    const { timeoutMs } = this.#store.session;
    this.#retry = this.#store.clock.after(timeoutMs / retriesPerTimeout, () => this.soon());
  }

  // A getter would be narrowed; what it tells changes during an await.
  #isAskedAgain(): boolean {
    return this.#state === "again";
  }
}
