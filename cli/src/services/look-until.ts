/**
 * Asking a scheduler again and again, until something has ended.
 *
 * One that does not answer, or does not lead, is asked again as long as there is patience: another takes
 * over, and what is waited for goes on.
 */

import { CodedError } from "@tavola/base";
import type { Terminal } from "../terminal.ts";

const lookEveryMs = 300;

export interface LookOptions {
  readonly patienceMs: number;
  readonly terminal: Pick<Terminal, "tell">;
}

/** Resolves with what `look` found; undefined: out of patience. Rejects when the scheduler says no. */
export async function lookUntil<T>(
  look: () => Promise<T | undefined>,
  { patienceMs, terminal }: LookOptions,
): Promise<T | undefined> {
  const startedAt = performance.now();
  let isAway = false;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      isAway = false;
    } catch (error) {
      if (!(error instanceof CodedError) || !error.transient) throw error;
      if (!isAway) terminal.tell(`  ${error.message}; asking again\n`);
      isAway = true;
    }
    if (performance.now() - startedAt > patienceMs) return undefined;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
