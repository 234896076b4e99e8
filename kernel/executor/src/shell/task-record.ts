/**
 * The task of a hosted executor on disk, for the host that comes after this one: `task`, a TaskInfo
 * in protobuf, in the tree that the containerizer draws, written before the task is started; and
 * `kill`, in JSON, when somebody has asked for its end, written before the task hears of it.
 */

import { renameSync, writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError, type Instant, instant } from "@tavola/base";
import { writeFileAtomically } from "@tavola/host";
import { decodeMessage, encodeMessage, TaskInfo } from "@tavola/protocol";
import type { KillUnderWay } from "../core/command-task.ts";

export interface EarlierTask {
  readonly task: TaskInfo;
  readonly launchedAt: Instant;
  readonly kill?: KillUnderWay;
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
  const launchedAt = instant(Math.floor((await stat(path)).mtimeMs));
  const kill = await readKill(directory);
  return { task: value, launchedAt, ...(kill !== undefined && { kill }) };
}

/** Synchronous: the task must not hear of its end before this is there. Throws when it cannot be. */
export function writeKill(directory: string, kill: KillUnderWay): void {
  const path = join(directory, "kill");
  writeFileSync(`${path}.new`, JSON.stringify(kill), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** undefined when nobody asked. One that cannot be read was asked for all the same. */
async function readKill(directory: string): Promise<KillUnderWay | undefined> {
  const text = await readFile(join(directory, "kill"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as KillUnderWay;
  } catch {
    return { by: "kill", killAt: instant(0) };
  }
}
