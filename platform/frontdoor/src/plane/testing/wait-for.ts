/** Waits on a state, with a bound that only a machine without hope reaches. */

const waitMsMax = 20_000;

/** Looks again at every turn of the event loop. */
export async function waitFor(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = performance.now() + waitMsMax;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
