/**
 * Who watches what processes do to each other, and may object by throwing. Called before it happens.
 */

import type { Upid } from "@tavola/protocol";
import type { SimulatedProcess } from "./process.ts";
import type { World } from "./world.ts";

export interface Observer {
  /** A daemon sends a libprocess message. */
  sends?(process: SimulatedProcess, to: Upid, name: string, body: Uint8Array): void;
  /** A daemon writes a chunk to a stream; `client` is the name of the process that opened it. */
  tells?(process: SimulatedProcess, chunk: Uint8Array, client: string): void;
  /** A daemon answers a request, or writes to the stream that answers it; `path` is the request's. */
  answers?(process: SimulatedProcess, path: string, status: number): void;
}

/** What an observer throws ends the run, not the code that is observed. */
export function observe(
  { observers, world }: { readonly observers: readonly Observer[]; readonly world: World },
  tell: (observer: Observer) => void,
): void {
  try {
    for (const observer of observers) tell(observer);
  } catch (error) {
    world.fail(error);
  }
}
