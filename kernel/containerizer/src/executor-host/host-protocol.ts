/**
 * What containerizer and executor host say to each other: HTTP on a Unix socket, JSON bodies.
 *
 * ```
 * POST /start   {"container_id"}   host the command executor of this container; idempotent
 * POST /end     {"container_id"}   end it and its task at once, without another word to the agent
 * POST /reconnect                  the agent listens again: every executor that waits for it may try
 * GET  /events                     lines of HostEvent for as long as the agent is there
 * ```
 *
 * What is to be hosted is in the container's `container.json`; how it ended the host writes to
 * `ended` beside it before it says so, because whoever should hear it may be away.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "@tavola/host";

export const hostPaths = {
  start: "/start",
  end: "/end",
  reconnect: "/reconnect",
  events: "/events",
} as const;

/** The host of the URL that goes with a Unix socket; it means nothing. */
export const hostUrl = "http://executor-host";

export interface ContainerRequest {
  readonly container_id: string;
}

export type HostEvent =
  /** First on every stream: who speaks. */
  | { readonly kind: "hosting"; readonly pid: number }
  | { readonly kind: "ended"; readonly container_id: string };

/** The end of a hosted executor, `ended` on disk. */
export interface HostedEnd {
  /** As the executor's wait status would be, had it been a process. */
  readonly status: number;
  /** Why it ended, where that was not its task's end. */
  readonly message?: string;
}

export async function writeHostedEnd(directory: string, end: HostedEnd): Promise<void> {
  await writeFileAtomically(join(directory, "ended"), JSON.stringify(end), { durable: false });
}

/** undefined while it lives. */
export async function readHostedEnd(directory: string): Promise<HostedEnd | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, "ended"), "utf8")) as HostedEnd;
  } catch {
    // Written whole or not at all.
    return undefined;
  }
}
