/**
 * Waits on a state, with a bound.
 */

/** Looks again at every turn of the event loop; rejects after 5 s. */
export async function waitUntil(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited too long for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
