/**
 * What the agent writes below `meta`, file by file. The tree is drawn in core/paths.ts.
 *
 * Every function throws CodedError CANNOT_WRITE when the disk does not take it.
 */

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import type { AgentId, FrameworkId, TaskId } from "@tavola/base";
import { AgentInfo, ExecutorInfo, FrameworkInfo, Task } from "@tavola/protocol";
import {
  agentInfoPath,
  agentPath,
  bootIdPath,
  executorPath,
  frameworkPath,
  latestAgentPath,
  latestRunPath,
  metaRoot,
  type RunAddress,
  runPath,
  taskPath,
} from "../core/paths.ts";
import { inOlderForm } from "../core/registration-messages.ts";
import type { Executor } from "../core/state.ts";
import {
  makeDirectories,
  readLink,
  removeLink,
  replaceLink,
  touchMarker,
  writeCheckpoint,
  writeNewCheckpoint,
  writeNewText,
  writeText,
  writing,
} from "./checkpoint-files.ts";

/** What Mesos writes for a framework whose scheduler has no address. */
const nobodysPid = "@0.0.0.0:0";

export class Checkpoints {
  readonly #metaDir: string;

  /** `workDir` is absolute. */
  constructor(workDir: string) {
    this.#metaDir = metaRoot(workDir);
  }

  /** The agent that last registered with this work directory; undefined when none did. */
  latestAgentId(): string | undefined {
    return readLink(latestAgentPath(this.#metaDir))?.split("/").at(-1);
  }

  started(workDir: string): void {
    makeDirectories(this.#metaDir);
    const bootId = currentBootId();
    if (bootId !== undefined) writeText(bootIdPath(workDir), bootId);
  }

  agentRegistered(agentId: AgentId, info: AgentInfo): void {
    writeCheckpoint(agentInfoPath(this.#metaDir, agentId), AgentInfo, inOlderForm(info));
    replaceLink(agentPath(this.#metaDir, agentId), latestAgentPath(this.#metaDir));
  }

  /** Nobody is to come back as this agent. */
  agentUnregistered(): void {
    removeLink(latestAgentPath(this.#metaDir));
  }

  framework(agentId: AgentId, info: FrameworkInfo, pid: string | undefined): void {
    const frameworkId = (info.id?.value ?? "") as FrameworkId;
    const path = frameworkPath(this.#metaDir, agentId, frameworkId);
    writeCheckpoint(`${path}/framework.info`, FrameworkInfo, info);
    writeText(`${path}/framework.pid`, pid ?? nobodysPid);
    makeDirectories(`${path}/executors`);
  }

  executor(run: RunAddress, { info, isGenerated }: Executor): void {
    const path = executorPath(this.#metaDir, run);
    writeCheckpoint(`${path}/executor.info`, ExecutorInfo, inOlderForm(info));
    writeText(`${path}/executor_generated_for_command_task`, isGenerated ? "1" : "0");
    makeDirectories(runPath(this.#metaDir, run));
    replaceLink(runPath(this.#metaDir, run), latestRunPath(this.#metaDir, run));
  }

  /**
   * An executor and its first task. As a rule nothing of it is there; then all of it is put together
   * elsewhere and moved to its place at once. PERF: half the system calls of one file after the other.
   */
  newExecutor(run: RunAddress, executor: Executor, firstTask: Task): void {
    const path = executorPath(this.#metaDir, run);
    const assembly = `${frameworkPath(this.#metaDir, run.agentId, run.frameworkId)}/.new-executor`;
    writing(path, () => assembleExecutor(assembly, path, run, executor, firstTask));
    try {
      renameSync(assembly, path);
    } catch {
      // There was one of that name. If it is something else, the longer way will tell.
      rmSync(assembly, { recursive: true, force: true });
      this.executor(run, executor);
      this.task(run, firstTask);
    }
  }

  executorSubscribed(run: RunAddress): void {
    touchMarker(`${runPath(this.#metaDir, run)}/http.marker`);
  }

  executorCompleted(run: RunAddress): void {
    touchMarker(`${runPath(this.#metaDir, run)}/executor.sentinel`);
  }

  task(run: RunAddress, task: Task): void {
    const path = taskPath(this.#metaDir, run, task.task_id.value as TaskId);
    writeCheckpoint(`${path}/task.info`, Task, inOlderForm(task));
  }
}

/** The tree of an executor at `assembly`, with links that lead to where it will be. */
function assembleExecutor(
  assembly: string,
  path: string,
  { containerId }: RunAddress,
  { info, isGenerated }: Executor,
  firstTask: Task,
): void {
  makeAssembly(assembly);
  mkdirSync(`${assembly}/runs`);
  mkdirSync(`${assembly}/runs/${containerId}`);
  mkdirSync(`${assembly}/runs/${containerId}/tasks`);
  const task = `${assembly}/runs/${containerId}/tasks/${firstTask.task_id.value}`;
  mkdirSync(task);
  symlinkSync(`${path}/runs/${containerId}`, `${assembly}/runs/latest`);
  writeNewCheckpoint(`${assembly}/executor.info`, ExecutorInfo, inOlderForm(info));
  writeNewText(`${assembly}/executor_generated_for_command_task`, isGenerated ? "1" : "0");
  writeNewCheckpoint(`${task}/task.info`, Task, inOlderForm(firstTask));
}

/** What a crash left there is of no use to anybody. */
function makeAssembly(assembly: string): void {
  try {
    mkdirSync(assembly);
  } catch {
    rmSync(assembly, { recursive: true, force: true });
    makeDirectories(`${dirname(assembly)}/executors`);
    mkdirSync(assembly);
  }
}

/** Changes with every boot of the machine; undefined where there is no Linux. */
function currentBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
