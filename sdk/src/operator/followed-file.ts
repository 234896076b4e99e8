/**
 * A file on an agent, read as it grows.
 *
 * Asks READ_FILE again and again: soon while there is something new, ever less often while there is
 * not. When the writer is known to be done, it reads to the end once more and stops, so that nothing
 * is lost.
 */

import { CodedError } from "@tavola/base";
import type { agent } from "@tavola/protocol";
import { delay } from "../subscription.ts";
import type { AgentClient } from "./agent-client.ts";

const pauses = { firstMs: 15, factor: 1.5, maxMs: 400 } as const;
/** With an agent that does not answer, while the file grows and once it is complete. */
const patienceMs = { growing: 10_000, complete: 3000 } as const;

export interface FollowOptions {
  /** As the agent knows it: absolute, or virtual (`/frameworks/F/executors/E/runs/latest/stdout`). */
  readonly path: string;
  /** Where to begin, in bytes. Default 0. */
  readonly offset?: number;
  /** Aborted once the file is complete: what is there then is read, and the iteration ends. */
  readonly complete: AbortSignal;
  /** Ends the iteration at once. */
  readonly signal?: AbortSignal;
}

/**
 * The file's bytes as they come. A file that is not there yet counts as empty until `complete`;
 * after that it throws CALL_REFUSED (404). An agent that does not answer is asked again for a few
 * seconds; then its error is thrown.
 */
export async function* followFile(
  client: AgentClient,
  options: FollowOptions,
): AsyncGenerator<Uint8Array, void> {
  const { path, complete, signal } = options;
  const { clock } = client.world;
  let offset = options.offset ?? 0;
  let pauseMs: number = pauses.firstMs;
  let answeredAt = clock.now();
  while (signal?.aborted !== true) {
    const isComplete = complete.aborted;
    const read = await readFrom(client, path, offset, signal);
    if (!(read instanceof CodedError)) {
      answeredAt = clock.now();
      const { data, size } = read;
      offset += data.length;
      if (data.length > 0) yield data;
      if (isComplete && (data.length === 0 || offset >= size)) return;
      if (data.length > 0) {
        pauseMs = pauses.firstMs;
        continue;
      }
    } else if (read.transient) {
      const borneMs = isComplete ? patienceMs.complete : patienceMs.growing;
      if (clock.now() - answeredAt > borneMs) throw read;
    } else if (isComplete || read.details["status"] !== 404) {
      throw read;
    }
    const isOver = complete.aborted && !isComplete;
    if (!isOver) await delay(clock, pauseMs, wakesOn(isComplete ? undefined : complete, signal));
    pauseMs = Math.min(pauses.maxMs, pauseMs * pauses.factor);
  }
}

/** The bytes from `offset` on, as many as the agent gives at a time; or why there are none. */
async function readFrom(
  client: AgentClient,
  path: string,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<agent.Response_ReadFile | CodedError> {
  try {
    const options = signal === undefined ? {} : { signal };
    return await client.call("READ_FILE", { path, offset }, options);
  } catch (error) {
    if (signal?.aborted === true) return { data: new Uint8Array(), size: offset };
    if (error instanceof CodedError) return error;
    throw error;
  }
}

function wakesOn(
  complete: AbortSignal | undefined,
  signal: AbortSignal | undefined,
): AbortSignal | undefined {
  if (complete === undefined || signal === undefined) return complete ?? signal;
  return AbortSignal.any([complete, signal]);
}
