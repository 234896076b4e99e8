/**
 * Reads what an agent (ours or Mesos's) left below `meta`.
 *
 * Takes what can be read and says what cannot: whether that is fatal is the caller's choice. Changes
 * nothing. What is missing, empty or torn at its end is the trace of a crash and no error; so is, after
 * a reboot, all that is unreadable of executors and tasks, which are gone. Source: slave/state.cpp.
 *
 * PERF: synchronous, some 10 small files an executor: 500 executors are 0.1 s.
 */

import { basename, join } from "node:path";
import { describeError } from "@tavola/base";
import type { Disk } from "@tavola/host";
import {
  AgentInfo,
  checkpoint,
  ExecutorInfo,
  FrameworkInfo,
  internal,
  type MessageType,
  Resource,
  Task,
} from "@tavola/protocol";
import { decodeCheckpoint, decodeCheckpoints } from "../core/checkpoint-format.ts";
import type {
  Checkpointed,
  CheckpointedAgent,
  CheckpointedExecutor,
  CheckpointedFramework,
  CheckpointedRun,
  CheckpointedTask,
} from "../core/checkpointed.ts";
import { bootIdPath, latestAgentPath, metaRoot, resourcesPath } from "../core/paths.ts";

/** `bootId` is of the machine as it runs now; undefined where that is not known. */
export function readCheckpoints(
  disk: Disk,
  workDir: string,
  bootId: string | undefined,
): Checkpointed {
  const reader = new CheckpointReader(disk);
  const metaDir = metaRoot(workDir);
  const resources = reader.resources(metaDir);
  const bootedBefore = reader.text(bootIdPath(workDir), "optional");
  const isRebooted =
    bootId !== undefined &&
    bootedBefore !== undefined &&
    bootedBefore !== "" &&
    bootedBefore !== bootId;
  reader.isRebooted = isRebooted;
  const agent = reader.agent(metaDir);
  return {
    agent,
    isRebooted,
    resources,
    problems: reader.problems,
    gaps: reader.gaps,
    torn: reader.torn,
  };
}

type Need = "needed" | "optional";

class CheckpointReader {
  readonly #disk: Disk;
  readonly problems: string[] = [];
  readonly gaps: string[] = [];
  readonly torn: string[] = [];
  isRebooted = false;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** From one file, or the two that came before it (which older agents read). */
  resources(metaDir: string): readonly Resource[] {
    const paths = resourcesPath(metaDir);
    for (const path of [paths.stateTarget, paths.state]) {
      const bytes = this.#bytes(path, "optional", true);
      if (bytes === undefined || bytes.length === 0) continue;
      const { value, error } = decodeCheckpoint(checkpoint.ResourceState, bytes);
      if (error !== undefined) this.#unreadable(path, error, true);
      return value?.resources ?? [];
    }
    for (const path of [paths.infoTarget, paths.info]) {
      const bytes = this.#bytes(path, "optional", true);
      if (bytes === undefined) continue;
      const { records, error, tornBytes } = decodeCheckpoints(Resource, bytes);
      if (error !== undefined) this.#unreadable(path, error, true);
      else if (tornBytes > 0) this.#unreadable(path, "its last record is not whole", true);
      return records;
    }
    return [];
  }

  agent(metaDir: string): CheckpointedAgent | undefined {
    const latest = this.#link(latestAgentPath(metaDir));
    if (latest === undefined) return undefined;
    const id = basename(latest);
    const path = join(metaDir, "slaves", id);
    const info = this.#message(join(path, "slave.info"), AgentInfo, true);
    // Without it Mesos does not look further: the agent died before it knew who it was.
    if (info === undefined) return { id, info, frameworks: [] };
    const frameworks = this.#each(join(path, "frameworks"), (each) => this.#framework(each));
    return { id, info, frameworks };
  }

  #framework(path: string): CheckpointedFramework {
    return {
      id: basename(path),
      info: this.#message(join(path, "framework.info"), FrameworkInfo),
      pid: this.text(join(path, "framework.pid")),
      executors: this.#each(join(path, "executors"), (each) => this.#executor(each)),
    };
  }

  #executor(path: string): CheckpointedExecutor {
    const latest = this.#link(join(path, "runs/latest"));
    const generated = this.text(join(path, "executor_generated_for_command_task"), "optional");
    return {
      id: basename(path),
      info: this.#message(join(path, "executor.info"), ExecutorInfo),
      isGenerated: generated === undefined || generated === "" ? undefined : generated === "1",
      latest: latest === undefined ? undefined : basename(latest),
      runs: this.#each(join(path, "runs"), (each) => this.#run(each)),
    };
  }

  #run(path: string): CheckpointedRun {
    const names = new Set(this.#list(path).map(({ name }) => name));
    const hasPids = names.has("pids") && !this.isRebooted;
    return {
      containerId: basename(path),
      isCompleted: names.has("executor.sentinel"),
      hasSubscribed: names.has("http.marker"),
      forkedPid: hasPids ? this.#pid(join(path, "pids/forked.pid")) : undefined,
      libprocessPid: hasPids ? this.text(join(path, "pids/libprocess.pid"), "optional") : undefined,
      tasks: this.#each(join(path, "tasks"), (each) => this.#task(each)),
    };
  }

  #pid(path: string): number | undefined {
    const text = this.text(path, "optional");
    if (text === undefined || text === "") return undefined;
    if (/^\d+$/.test(text)) return Number(text);
    this.#unreadable(path, "it is no process id");
    return undefined;
  }

  #task(path: string): CheckpointedTask {
    return {
      id: basename(path),
      info: this.#message(join(path, "task.info"), Task),
      ...this.#updates(join(path, "task.updates")),
    };
  }

  #updates(path: string): Pick<CheckpointedTask, "records" | "soundBytes"> {
    const bytes = this.#bytes(path, "optional");
    if (bytes === undefined) return { records: [], soundBytes: undefined };
    const { records, tornBytes, error } = decodeCheckpoints(internal.StatusUpdateRecord, bytes);
    if (error !== undefined) this.#unreadable(path, error);
    const soundBytes = tornBytes > 0 ? bytes.length - tornBytes : undefined;
    return { records, soundBytes };
  }

  #message<T>(path: string, type: MessageType<T>, isAgents = false): T | undefined {
    const bytes = this.#bytes(path, "needed", isAgents);
    if (bytes === undefined) return undefined;
    if (bytes.length === 0) {
      this.gaps.push(`${path} is empty`);
      return undefined;
    }
    const { value, error } = decodeCheckpoint(type, bytes);
    if (error !== undefined) {
      this.#unreadable(path, error, isAgents);
      if (this.isRebooted && !isAgents) this.torn.push(path);
    }
    return value;
  }

  text(path: string, need: Need = "needed"): string | undefined {
    const bytes = this.#bytes(path, need);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8").trim();
  }

  /** What is below a directory, links left out, in the order of its names. */
  #each<T>(path: string, read: (path: string) => T): T[] {
    return this.#list(path)
      .filter(({ kind }) => kind === "directory")
      .map(({ name }) => read(join(path, name)));
  }

  #list(path: string): ReturnType<Disk["listDirectory"]> & object {
    try {
      return this.#disk.listDirectory(path) ?? [];
    } catch (error) {
      this.#unreadable(path, describeError(error));
      return [];
    }
  }

  #link(path: string): string | undefined {
    try {
      return this.#disk.readLink(path);
    } catch (error) {
      this.#unreadable(path, describeError(error), true);
      return undefined;
    }
  }

  #bytes(path: string, need: Need, isAgents = false): Uint8Array | undefined {
    try {
      const bytes = this.#disk.readFile(path);
      if (bytes === undefined && need === "needed") this.gaps.push(`${path} is missing`);
      return bytes;
    } catch (error) {
      this.#unreadable(path, describeError(error), isAgents);
      return undefined;
    }
  }

  /** `isAgents`: of the agent itself, which a reboot does not make worthless. */
  #unreadable(path: string, reason: string, isAgents = false): void {
    const sentence = `cannot read ${path}: ${reason}`;
    if (this.isRebooted && !isAgents) this.gaps.push(sentence);
    else this.problems.push(sentence);
  }
}
