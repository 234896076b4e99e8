/**
 * Reads what an agent (ours or Mesos's) left below `meta`.
 *
 * Takes what can be read and says what cannot: whether that is fatal is the caller's choice. Changes
 * nothing. Half a record at the end of `task.updates` is the trace of a crash, and no error.
 */

import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { describeError } from "@tavola/base";
import {
  AgentInfo,
  ExecutorInfo,
  FrameworkInfo,
  internal,
  type MessageType,
  Task,
} from "@tavola/protocol";
import { decodeCheckpoint, decodeCheckpoints } from "../core/checkpoint-format.ts";
import { bootIdPath, latestAgentPath, metaRoot } from "../core/paths.ts";

export interface CheckpointedAgent {
  readonly id: string;
  readonly info: AgentInfo | undefined;
  readonly bootId: string | undefined;
  readonly frameworks: readonly CheckpointedFramework[];
  /** One sentence each, naming the file. */
  readonly problems: readonly string[];
}

export interface CheckpointedFramework {
  readonly id: string;
  readonly info: FrameworkInfo | undefined;
  readonly pid: string | undefined;
  readonly executors: readonly CheckpointedExecutor[];
}

export interface CheckpointedExecutor {
  readonly id: string;
  readonly info: ExecutorInfo | undefined;
  readonly isGenerated: boolean;
  /** Container of the newest run. */
  readonly latest: string | undefined;
  readonly runs: readonly CheckpointedRun[];
}

export interface CheckpointedRun {
  readonly containerId: string;
  /** It is over: `executor.sentinel` is there. */
  readonly isCompleted: boolean;
  /** It speaks HTTP. */
  readonly hasSubscribed: boolean;
  readonly forkedPid: number | undefined;
  readonly libprocessPid: string | undefined;
  readonly tasks: readonly CheckpointedTask[];
}

export interface CheckpointedTask {
  readonly id: string;
  readonly info: Task | undefined;
  /** Updates and acknowledgements, in order. */
  readonly records: readonly internal.StatusUpdateRecord[];
}

/** undefined when no agent ever registered with this work directory. */
export async function readCheckpoints(workDir: string): Promise<CheckpointedAgent | undefined> {
  const metaDir = metaRoot(workDir);
  const latest = await linkTarget(latestAgentPath(metaDir));
  if (latest === undefined) return undefined;
  const reader = new CheckpointReader();
  const id = basename(latest);
  const path = join(metaDir, "slaves", id);
  return {
    id,
    info: await reader.message(join(path, "slave.info"), AgentInfo),
    bootId: await reader.text(bootIdPath(workDir)),
    frameworks: await reader.each(join(path, "frameworks"), (each) => reader.framework(each)),
    problems: reader.problems,
  };
}

class CheckpointReader {
  readonly problems: string[] = [];

  async framework(path: string): Promise<CheckpointedFramework> {
    return {
      id: basename(path),
      info: await this.message(join(path, "framework.info"), FrameworkInfo),
      pid: await this.text(join(path, "framework.pid")),
      executors: await this.each(join(path, "executors"), (each) => this.#executor(each)),
    };
  }

  async #executor(path: string): Promise<CheckpointedExecutor> {
    const latest = await linkTarget(join(path, "runs/latest"));
    return {
      id: basename(path),
      info: await this.message(join(path, "executor.info"), ExecutorInfo),
      isGenerated: (await this.text(join(path, "executor_generated_for_command_task"))) === "1",
      latest: latest === undefined ? undefined : basename(latest),
      runs: await this.each(join(path, "runs"), (each) => this.#run(each)),
    };
  }

  async #run(path: string): Promise<CheckpointedRun> {
    const names = await namesIn(path);
    const forkedPid = Number(await this.text(join(path, "pids/forked.pid"), "optional"));
    return {
      containerId: basename(path),
      isCompleted: names.includes("executor.sentinel"),
      hasSubscribed: names.includes("http.marker"),
      forkedPid: forkedPid > 0 ? forkedPid : undefined,
      libprocessPid: await this.text(join(path, "pids/libprocess.pid"), "optional"),
      tasks: await this.each(join(path, "tasks"), (each) => this.#task(each)),
    };
  }

  async #task(path: string): Promise<CheckpointedTask> {
    return {
      id: basename(path),
      info: await this.message(join(path, "task.info"), Task),
      records: await this.#updates(join(path, "task.updates")),
    };
  }

  async #updates(path: string): Promise<readonly internal.StatusUpdateRecord[]> {
    const bytes = await this.#bytes(path, "optional");
    if (bytes === undefined) return [];
    const { records, error } = decodeCheckpoints(internal.StatusUpdateRecord, bytes);
    if (error !== undefined) this.problems.push(`cannot read ${path}: ${error}`);
    return records;
  }

  async message<T>(path: string, type: MessageType<T>): Promise<T | undefined> {
    const bytes = await this.#bytes(path, "needed");
    if (bytes === undefined) return undefined;
    const { value, error } = decodeCheckpoint(type, bytes);
    if (error !== undefined) this.problems.push(`cannot read ${path}: ${error}`);
    return value;
  }

  async text(path: string, need: Need = "needed"): Promise<string | undefined> {
    const bytes = await this.#bytes(path, need);
    return bytes?.toString("utf8").trim();
  }

  /** What is below a directory, links left out, in the order of its names. */
  async each<T>(path: string, read: (path: string) => Promise<T>): Promise<T[]> {
    const found: T[] = [];
    for (const name of await namesIn(path)) {
      const below = join(path, name);
      if ((await linkTarget(below)) === undefined) found.push(await read(below));
    }
    return found;
  }

  async #bytes(path: string, need: Need): Promise<Buffer | undefined> {
    try {
      return await readFile(path);
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!isAbsent || need === "needed") {
        this.problems.push(`cannot read ${path}: ${describeError(error)}`);
      }
      return undefined;
    }
  }
}

type Need = "needed" | "optional";

async function namesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => []);
  return names.sort();
}

async function linkTarget(path: string): Promise<string | undefined> {
  return await readlink(path).catch(() => undefined);
}
