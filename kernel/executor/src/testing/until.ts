/** Waiting on state, with a bound, for tests with real processes. */

const lookMs = 5;

/** Resolves with the first value of `read` that is not undefined; rejects after `withinMs`. */
export async function until<T>(
  what: string,
  read: () => T | undefined | Promise<T | undefined>,
  withinMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() >= deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** As `until`, for what is true or not yet. */
export async function untilTrue(
  what: string,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  await until(what, async () => ((await check()) ? true : undefined));
}
