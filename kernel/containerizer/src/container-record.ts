/**
 * What is kept on disk of a container so that it can be found again: by the executor host, which is
 * another process, and by an agent that comes after this one. `container.json` in the tree that
 * runtime-directory.ts draws. Readable by its owner only: it holds the task's environment.
 */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import type { Resource } from "@tavola/protocol";
import type { ContainerLaunch, ResourceLimits } from "./containerizer.ts";
import type { ProcessPlace } from "./process-place.ts";
import type { ProcessUser } from "./shim/shim.ts";
import type { ShimProgram } from "./shim/shim-program.ts";

export interface ContainerRecord {
  readonly containerId: string;
  readonly kind: ContainerLaunch["kind"];
  readonly agentId: string;
  readonly frameworkId: string;
  readonly executorId: string;
  /** The sandbox. */
  readonly sandbox: string;
  /** Absent: whoever the agent was. */
  readonly user?: ProcessUser;
  readonly environment: Readonly<Record<string, string>>;
  readonly place: ProcessPlace;
  readonly shim: ShimProgram;
  readonly resources: readonly Resource[];
  readonly limits?: ResourceLimits;
}

/**
 * Replaces it whole. PERF: synchronous, three calls that touch memory only where the runtime directory
 * is a tmpfs, as it should be; by way of the thread pool it would take ten times as long.
 */
export function writeContainerRecord(record: ContainerRecord): void {
  const path = join(record.place.directory, "container.json");
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** undefined when there is none. Rejects with CodedError RECORD_UNREADABLE. PERF: as for writing. */
export async function readContainerRecord(directory: string): Promise<ContainerRecord | undefined> {
  const path = join(directory, "container.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ContainerRecord;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CodedError("RECORD_UNREADABLE", `Cannot read ${path}`, { path }, { cause });
  }
}
