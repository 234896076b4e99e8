/**
 * Announcements that no server has taken yet, by request, and who waits for them: a task is withdrawn
 * once those that come in its stead are announced. The other way round there is a moment in which nobody is.
 *
 *     coming ──taken, refused, given up──► nobody of the request is coming ──► all who wait go on
 *                                 withinMs, or cut off: they go on all the same
 */

import type { Clock } from "@tavola/host";

interface Coming {
  count: number;
  readonly over: PromiseWithResolvers<void>;
}

export interface AwaitOptions {
  readonly withinMs: number;
  /** Whoever waits goes on at once. */
  readonly signal: AbortSignal;
}

export class ComingAnnouncements {
  readonly #clock: Clock;
  readonly #coming = new Map<string, Coming>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `established` ends, one way or the other, when a server has said something for good. PERF: O(1). */
  add(requestId: string, established: Promise<void>): void {
    const coming = this.#coming.get(requestId) ?? { count: 0, over: Promise.withResolvers() };
    this.#coming.set(requestId, coming);
    coming.count += 1;
    const settled = (): void => {
      coming.count -= 1;
      if (coming.count > 0) return;
      this.#coming.delete(requestId);
      coming.over.resolve();
    };
    established.then(settled, settled);
  }

  /** Resolves when none of the request is coming, or it has waited enough. PERF: O(1). */
  async none(requestId: string, { withinMs, signal }: AwaitOptions): Promise<void> {
    // What became durable together is looked at in one go: its announcements may be added after this call.
    await Promise.resolve();
    const coming = this.#coming.get(requestId);
    if (coming === undefined || signal.aborted) return;
    const enough = Promise.withResolvers<void>();
    const finish = (): void => enough.resolve();
    const timer = this.#clock.after(withinMs, finish);
    signal.addEventListener("abort", finish, { once: true });
    await Promise.race([coming.over.promise, enough.promise]);
    timer.cancel();
    signal.removeEventListener("abort", finish);
  }
}
