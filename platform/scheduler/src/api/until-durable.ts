/**
 * Waits for what was decided to be stored, but not for ever.
 *
 * While the store does not take anything (a full disk, an ensemble without a majority) the scheduler
 * tries again and again; whoever called is told so after a while, with the reason. What he asked for may
 * be done yet.
 */

import { CodedError } from "@tavola/base";
import type { Clock } from "@tavola/host";
import type { Decider } from "./api-context.ts";

const patienceMs = 3000;

/** Rejects with CodedError NOT_STORED_YET (transient). A store that is only slow is waited for. */
export async function untilDurable<T>(
  stored: Promise<T>,
  decider: Pick<Decider, "trouble">,
  clock: Clock,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const look = () => {
    const { trouble } = decider;
    if (trouble === undefined) timer = clock.after(patienceMs, look);
    else late.reject(notStoredYet(trouble));
  };
  let timer = clock.after(patienceMs, look);
  try {
    return await Promise.race([stored, late.promise]);
  } finally {
    timer.cancel();
    // It may fail yet, when nobody waits for it any more.
    stored.catch(() => undefined);
  }
}

function notStoredYet(trouble: string): CodedError {
  const message = `What was asked is not stored yet, and may still be done: the store does not take it (${trouble})`;
  return new CodedError("NOT_STORED_YET", message, {}, { transient: true });
}
