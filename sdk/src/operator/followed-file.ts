/**
 * A file on an agent, read as it grows.
 *
 * Asks READ_FILE again and again: soon while there is something new, ever less often while there is
 * not. When the writer is known to be done, it reads to the end once more and stops, so that nothing
 * is lost.
 */

import { CodedError } from "@tavola/base";
import { delay } from "../subscription.ts";
import type { AgentClient } from "./agent-client.ts";

const pauses = { firstMs: 15, factor: 1.5, maxMs: 400 } as const;

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
 * after that it throws CALL_REFUSED (404).
 */
export async function* followFile(
  agent: AgentClient,
  options: FollowOptions,
): AsyncGenerator<Uint8Array, void> {
  const { path, complete, signal } = options;
  let offset = options.offset ?? 0;
  let pauseMs: number = pauses.firstMs;
  while (signal?.aborted !== true) {
    const isComplete = complete.aborted;
    const data = await readFrom(agent, path, offset, isComplete, signal);
    if (data.length > 0) {
      offset += data.length;
      pauseMs = pauses.firstMs;
      yield data;
      continue;
    }
    if (isComplete) return;
    await delay(agent.world.clock, pauseMs, anyOf(complete, signal));
    pauseMs = Math.min(pauses.maxMs, pauseMs * pauses.factor);
  }
}

async function readFrom(
  agent: AgentClient,
  path: string,
  offset: number,
  mustExist: boolean,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    const read = { path, offset };
    return (await agent.call("READ_FILE", read, signal === undefined ? {} : { signal })).data;
  } catch (error) {
    if (signal?.aborted === true) return new Uint8Array();
    const isMissing = error instanceof CodedError && error.details["status"] === 404;
    if (isMissing && !mustExist) return new Uint8Array();
    throw error;
  }
}

function anyOf(complete: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? complete : AbortSignal.any([complete, signal]);
}
