/**
 * What is announced, once it is known.
 */

import type { ServiceWatch } from "@tavola/sdk";

const limits = {
  lookEveryMs: 20,
  /** One that is being started again is back by then. */
  refusedMsMax: 1_000,
  /** One that takes a connection and says nothing. */
  silentMsMax: 5_000,
} as const;

/** Whether it is known; false: no server has answered in time. */
export async function isKnown(watch: ServiceWatch): Promise<boolean> {
  let isReady = false;
  const ready = watch.ready.then(() => {
    isReady = true;
  });
  const startedAt = performance.now();
  while (!isReady) {
    const waitedMs = performance.now() - startedAt;
    const patienceMs = watch.trouble === undefined ? limits.silentMsMax : limits.refusedMsMax;
    if (waitedMs > patienceMs) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limits.lookEveryMs);
    await Promise.race([ready, promise]);
    clearTimeout(timer);
  }
  return true;
}
