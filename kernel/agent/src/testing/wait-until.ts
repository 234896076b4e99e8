/**
 * Waits on a state, with a bound.
 */

const waitMsMax = 10_000;

/** Looks again at every turn of the event loop, until there is something. Rejects after 10 s. */
export async function waitFor<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited too long for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
