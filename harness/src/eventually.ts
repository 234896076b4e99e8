/**
 * Waiting on state: asks again and again until there is an answer, and gives up with a reason.
 */

export interface EventuallyOptions {
  /** Default 10 s. */
  readonly boundMs?: number;
  /** Between two looks. Default 20 ms. */
  readonly intervalMs?: number;
}

/**
 * The first value other than undefined that `look` gives. Past the bound it throws, naming `what`
 * was waited for and the last error that `look` threw.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  options: EventuallyOptions = {},
): Promise<T> {
  const boundMs = options.boundMs ?? 10_000;
  const startedAt = performance.now();
  let lastError: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() - startedAt > boundMs) {
      throw new Error(
        `waited ${boundMs} ms in vain for ${what}`,
        lastError === undefined ? undefined : { cause: lastError },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 20));
  }
}
