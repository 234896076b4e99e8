/**
 * Reads a file as it grows, like `tail -f`.
 *
 * Looks again after a pause rather than watch: watching works on few network file systems and says
 * nothing of the content. A file that got shorter was begun anew and is read from its start.
 */

import { open } from "node:fs/promises";
import type { Clock } from "./clock.ts";

export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where to begin, in bytes. Default 0. */
  readonly offset?: number;
  /** Between two looks at the end of the file. Default 100. */
  readonly pauseMs?: number;
}

const chunkBytes = 64 * 1024;

/** What is there and what comes, in pieces, until the signal is aborted. Throws if it cannot open or read. */
export async function* followFile(
  path: string,
  options: FollowOptions,
): AsyncGenerator<Uint8Array> {
  const { clock, signal, pauseMs = 100 } = options;
  const file = await open(path, "r");
  try {
    let offset = options.offset ?? 0;
    while (!signal.aborted) {
      const { bytesRead, buffer } = await file.read(
        Buffer.alloc(chunkBytes),
        0,
        chunkBytes,
        offset,
      );
      if (bytesRead > 0) {
        offset += bytesRead;
        yield buffer.subarray(0, bytesRead);
        continue;
      }
      if ((await file.stat()).size < offset) offset = 0;
      else await pause(clock, pauseMs, signal);
    }
  } finally {
    await file.close();
  }
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(delayMs, done);
    signal.addEventListener("abort", done);
  });
}
