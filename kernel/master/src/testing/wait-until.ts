/**
 * Waiting on a state instead of sleeping.
 */

const msMax = 5000;

/**
 * Looks at every turn of the event loop; rejects, saying what was awaited, after five seconds.
 * `onTurn` may move a simulated clock.
 */
export async function waitUntil(
  isThere: () => boolean,
  what: string,
  onTurn: () => void = () => {},
): Promise<void> {
  const giveUpAt = performance.now() + msMax;
  while (!isThere()) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${msMax} ms in vain for ${what}`);
    onTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
