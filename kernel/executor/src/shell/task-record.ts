/**
 * The task of a hosted executor on disk, for the host that comes after this one: `task`, a TaskInfo
 * in protobuf, in the tree that the containerizer draws. Written before the task is started.
 */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError, type Instant, instant } from "@tavola/base";
import { writeFileAtomically } from "@tavola/host";
import { decodeMessage, encodeMessage, TaskInfo } from "@tavola/protocol";

export interface EarlierTask {
  readonly task: TaskInfo;
  readonly launchedAt: Instant;
}

export async function writeTask(directory: string, task: TaskInfo): Promise<void> {
  const bytes = encodeMessage(TaskInfo, task);
  // The runtime directory does not survive a power cut, so its files need not either.
  await writeFileAtomically(join(directory, "task"), bytes, { mode: 0o600, durable: false });
}

/** undefined when there is none. Rejects with CodedError TASK_UNREADABLE. */
export async function readTask(directory: string): Promise<EarlierTask | undefined> {
  const path = join(directory, "task");
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const { value, error } = decodeMessage(TaskInfo, bytes);
  if (value === undefined) throw new CodedError("TASK_UNREADABLE", `Cannot read ${path}: ${error}`);
  return { task: value, launchedAt: instant(Math.floor((await stat(path)).mtimeMs)) };
}
