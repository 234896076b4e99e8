/**
 * What is on disk about containers while they run, outside of the sandbox and of `work_dir`.
 *
 * ```
 * <runtime_dir>                      of one agent; gone after a reboot, as what it speaks of
 * ├── agent.lock                    held by the agent whose it is
 * ├── boot_id                       of the machine whose containers these are
 * ├── executor-host.sock             where the executor host listens; its owner's only
 * ├── executor-host.log              what the host wrote to standard error
 * └── containers
 *     └── <container id>             from launch until all of the container is gone
 *         ├── container.json         ContainerRecord: what it takes to find it again
 *         ├── task                   hosted only; the host's: TaskInfo (protobuf), once launched
 *         ├── kill                   hosted only; the host's: KillUnderWay, once its end is asked for
 *         ├── check, health-check    hosted only; each the folder of a check's shim while it runs
 *         ├── ended                  hosted only; the host's: HostedEnd, when the executor is done
 *         ├── tool-XXXXXX            the folder of a shim that fetches, while it runs
 *         ├── environment            the shell shim's, until it has read it
 *         ├── pid                    the shim's: of the task or executor process, before it runs
 *         ├── status                 the shim's: raw wait status in decimal, when it has ended
 *         └── error                  the shim's: a sentence, when it could not run at all
 * ```
 *
 * Every file appears whole (rename) or not at all. Owns the paths and the reading of the shim's
 * files; who writes the others describes them.
 */

import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { asId, type ContainerId } from "@tavola/base";

export function containersDirectory(runtimeDir: string): string {
  return join(runtimeDir, "containers");
}

export function containerDirectory(runtimeDir: string, id: ContainerId): string {
  return join(containersDirectory(runtimeDir), id);
}

export function hostSocketPath(runtimeDir: string): string {
  return join(runtimeDir, "executor-host.sock");
}

export function hostLogPath(runtimeDir: string): string {
  return join(runtimeDir, "executor-host.log");
}

/** Those that some run of the agent left behind, or this one made. */
export async function listContainers(runtimeDir: string): Promise<ContainerId[]> {
  const names = await readdir(containersDirectory(runtimeDir)).catch(() => []);
  return names.map((name) => asId<ContainerId>(name));
}

/** What the shim has written so far. */
export interface ShimRecord {
  /** The task's or executor's process; absent before it was started. */
  readonly pid?: number;
  /** Raw wait status, waitpid(2). */
  readonly status?: number;
  /** Why it never ran. */
  readonly error?: string;
}

/** PERF: three small files, read at once; called when a container starts, is looked at, or ends. */
export function readShimRecord(directory: string): ShimRecord {
  const pid = readNumber(join(directory, "pid"));
  const status = readNumber(join(directory, "status"));
  const error = readText(join(directory, "error"))?.trim();
  return {
    ...(pid !== undefined && { pid }),
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error }),
  };
}

export function readShimPid(directory: string): number | undefined {
  return readNumber(join(directory, "pid"));
}

function readNumber(path: string): number | undefined {
  const text = readText(path);
  return text === undefined || !/^\d+\n$/.test(text) ? undefined : Number(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not written yet, or never.
    return undefined;
  }
}
