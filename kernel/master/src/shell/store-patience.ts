/**
 * How long a store is asked again when it does not answer.
 *
 * Owns the back-off and the deadline. What is tried must be safe to try again.
 */

import { CodedError } from "@tavola/base";
import type { Clock } from "@tavola/host";

const backoff = { firstMs: 50, maxMs: 1000 } as const;

export interface Patience {
  readonly clock: Clock;
  /** Over all attempts, the waiting included. */
  readonly timeoutMs: number;
  /** For the error: "write the registry". */
  readonly what: string;
  /** For the error: the flag that says how long. */
  readonly flag: string;
  readonly signal: AbortSignal;
}

/**
 * `attempt` until it resolves with something; undefined, and an error with the code UNAVAILABLE or
 * OUTCOME_UNKNOWN, mean another time. Rejects with STORE_TIMED_OUT, CLOSED, or what else it threw.
 */
export async function untilDone<T>(
  patience: Patience,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const { clock, timeoutMs, signal } = patience;
  const givesUpAt = clock.now() + timeoutMs;
  let last: unknown;
  for (let waitMs: number = backoff.firstMs; ; waitMs = Math.min(waitMs * 2, backoff.maxMs)) {
    const remainingMs = givesUpAt - clock.now();
    if (remainingMs <= 0) throw timedOut(patience, last);
    try {
      const done = await within(clock, remainingMs, signal, attempt());
      if (done !== undefined) return done;
    } catch (error) {
      if (error === tooLate) throw timedOut(patience, last);
      if (signal.aborted || !isAway(error)) throw error;
      last = error;
    }
    await pause(clock, Math.min(waitMs, Math.max(0, givesUpAt - clock.now())), signal);
  }
}

/** Whether the same again may succeed: the store did not answer, or not in time. */
function isAway(error: unknown): boolean {
  return (
    error instanceof CodedError &&
    (error.code === "UNAVAILABLE" || error.code === "OUTCOME_UNKNOWN")
  );
}

function timedOut({ what, timeoutMs, flag }: Patience, cause: unknown): CodedError {
  return new CodedError(
    "STORE_TIMED_OUT",
    `cannot ${what}: the store did not take it within ${timeoutMs / 1000} s (--${flag})`,
    { timeoutMs },
    cause === undefined ? {} : { cause },
  );
}

const tooLate = Symbol("too late");

/** A store that hangs is one that does not answer. What it still does is of no interest. */
async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = clock.after(ms, () => reject(tooLate));
  const abort = (): void => reject(closed());
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
    promise.catch(() => undefined);
    work.catch(() => undefined);
  }
}

/** Rejects with CLOSED when the signal ends it. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(ms, resolve);
  return within(clock, ms + 1, signal, promise).finally(() => timer.cancel());
}

function closed(): CodedError {
  return new CodedError("CLOSED", "the master is closing");
}
