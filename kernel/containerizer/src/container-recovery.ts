/**
 * What an agent that starts does about the containers of the one before it.
 *
 * ```
 *   in the runtime directory     the agent knows it        it does not
 *   ------------------------     ------------------        -----------
 *   with a record, living        followed again            ended (an orphan)
 *   with a record, over          its exact end is told     cleaned up
 *   half made, unreadable        unknown; cleaned up       cleaned up
 *   of an earlier boot           unknown; forgotten        forgotten
 *   nothing                      unknown
 * ```
 *
 * Of an earlier boot nothing is signalled: its process ids are other people's by now.
 */

import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError, type ContainerId, describeError } from "@tavola/base";
import { type FileLock, type Logger, lockFile, machineBootId } from "@tavola/host";
import { type ContainerRecord, readContainerRecord } from "./container-record.ts";
import type { ContainerTermination } from "./containerizer.ts";
import { containerDirectory, containersDirectory, listContainers } from "./runtime-directory.ts";

/**
 * What is not ours is ended, so it must be ours alone. Rejects with CodedError RUNTIME_DIR_IN_USE, or
 * CANNOT_WRITE.
 */
export async function lockRuntimeDirectory(runtimeDir: string): Promise<FileLock> {
  try {
    return await lockFile(join(runtimeDir, "agent.lock"));
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "LOCKED") throw error;
    const { pid } = error.details;
    const who = pid === undefined ? "another agent" : `another agent (pid ${pid})`;
    throw new CodedError(
      "RUNTIME_DIR_IN_USE",
      `${who} runs with the runtime directory ${runtimeDir}; give this one a --runtime_dir of its own`,
      { runtimeDir, pid },
    );
  }
}

export interface RecoveryParts {
  readonly runtimeDir: string;
  readonly logger: Logger;
  /** Of the machine as it runs now; for tests. */
  readonly bootId?: string | undefined;
  readonly adopt: (id: ContainerId, record: ContainerRecord) => void;
  readonly destroy: (id: ContainerId) => Promise<void>;
  /** Removes what is left of a launch that did not get as far as a record. */
  readonly discard: (id: ContainerId) => Promise<void>;
}

/** Resolves when those that live are followed, with those of `known` that nobody can say more about. */
export async function recoverContainers(
  parts: RecoveryParts,
  known: readonly ContainerId[],
): Promise<Map<ContainerId, ContainerTermination>> {
  const { runtimeDir, logger } = parts;
  const isSameBoot = await enterBoot(runtimeDir, parts.bootId ?? machineBootId());
  const adopted = new Set<ContainerId>();
  const expected = new Set(known);
  const endings: Promise<void>[] = [];
  for (const id of await listContainers(runtimeDir)) {
    const record = await recordOf(parts, id);
    if (record === undefined) {
      await parts.discard(id);
      continue;
    }
    adopted.add(id);
    parts.adopt(id, record);
    if (expected.has(id)) continue;
    logger.info({ containerId: id }, "ending a container that the agent does not know");
    endings.push(parts.destroy(id));
  }
  await Promise.all(endings);
  const message = isSameBoot
    ? "Abnormal executor termination: unknown container"
    : "Abnormal executor termination: the machine was rebooted";
  const unknown = known.filter((id) => !adopted.has(id));
  return new Map(unknown.map((id) => [id, { message }]));
}

async function recordOf(
  { runtimeDir, logger }: RecoveryParts,
  id: ContainerId,
): Promise<ContainerRecord | undefined> {
  try {
    return await readContainerRecord(containerDirectory(runtimeDir, id));
  } catch (error) {
    logger.error({ containerId: id, error: describeError(error) }, "cannot recover a container");
    return undefined;
  }
}

/** Whether the runtime directory's containers are of this boot; from now on they are. */
async function enterBoot(runtimeDir: string, bootId: string | undefined): Promise<boolean> {
  if (bootId === undefined) return true;
  const path = join(runtimeDir, "boot_id");
  let before: string | undefined;
  try {
    before = readFileSync(path, "utf8").trim();
  } catch {
    // The first agent here, or one that did not say.
  }
  if (before === bootId) return true;
  if (before === undefined) {
    await mkdir(containersDirectory(runtimeDir), { recursive: true });
    await writeFile(path, bootId);
    return true;
  }
  // Only when nothing of the old boot is there any more.
  await rm(containersDirectory(runtimeDir), { recursive: true, force: true });
  await mkdir(containersDirectory(runtimeDir), { recursive: true, mode: 0o755 });
  await writeFile(path, bootId);
  return false;
}
