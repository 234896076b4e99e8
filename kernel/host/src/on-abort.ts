/**
 * Being told when a signal aborts, among thousands who wait for the same one.
 *
 * An EventTarget walks all its listeners to add one more, which makes a signal that lasts as long as a
 * session dear to every call within it. Here a signal has one listener, and who waits stands in a set.
 */

const waiting = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly runs: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Runs once, when the signal aborts from now on; in the order of asking. Returns what takes it back,
 * which may be called at any time. What runs must not throw. PERF: O(1).
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined;
  const { runs, listener } = waiting.get(signal) ?? listenTo(signal);
  // Its own, so that the same function may wait twice.
  const own = (): void => run();
  runs.add(own);
  return () => {
    if (!runs.delete(own) || runs.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const runs = new Set<() => void>();
  const listener = (): void => {
    waiting.delete(signal);
    for (const run of [...runs]) if (runs.delete(run)) run();
  };
  const made = { runs, listener };
  waiting.set(signal, made);
  signal.addEventListener("abort", listener, { once: true });
  return made;
}
