/**
 * A work directory belongs to one agent at a time: whoever has `<work_dir>/meta/agent.lock`.
 */

import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CodedError } from "@tavola/base";
import { type FileLock, lockFile, syncDirectory } from "@tavola/host";
import { metaRoot } from "../core/paths.ts";

/**
 * With `meta` in it. What is made survives a power cut: an agent must not forget who it is because its
 * directory was new. Rejects with CodedError CANNOT_WRITE.
 */
export async function makeWorkDirectory(workDir: string, sync = syncDirectory): Promise<void> {
  try {
    const meta = metaRoot(resolve(workDir));
    const first = await mkdir(meta, { recursive: true });
    if (first === undefined) return;
    for (let made = meta; ; made = dirname(made)) {
      await sync(dirname(made));
      if (made === first || made === "/") return;
    }
  } catch (cause) {
    const message = `cannot make the work directory ${workDir}`;
    throw new CodedError("CANNOT_WRITE", message, { path: workDir }, { cause });
  }
}

/** Rejects with CodedError WORK_DIR_IN_USE, or CANNOT_WRITE. */
export async function lockWorkDirectory(workDir: string): Promise<FileLock> {
  try {
    return await lockFile(`${metaRoot(workDir)}/agent.lock`);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "LOCKED") throw error;
    const { pid } = error.details;
    const who = pid === undefined ? "another agent" : `another agent (pid ${pid})`;
    throw new CodedError(
      "WORK_DIR_IN_USE",
      `${who} runs with the work directory ${workDir}; end it first, or give this one a --work_dir (and a --runtime_dir) of its own`,
      { workDir, pid },
    );
  }
}
