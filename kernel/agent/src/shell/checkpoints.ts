/**
 * What the agent writes below `meta`, file by file. The tree is drawn in core/paths.ts.
 *
 * Every function throws CodedError CANNOT_WRITE when the disk does not take it.
 */

import { dirname } from "node:path";
import type { AgentId, FrameworkId, TaskId } from "@tavola/base";
import type { Disk } from "@tavola/host";
import { AgentInfo, ExecutorInfo, FrameworkInfo, Task } from "@tavola/protocol";
import { encodeCheckpoint } from "../core/checkpoint-format.ts";
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
import { CheckpointFiles, writing } from "./checkpoint-files.ts";

/** What Mesos writes for a framework whose scheduler has no address. */
const nobodysPid = "@0.0.0.0:0";

export class Checkpoints {
  readonly #metaDir: string;
  readonly #workDir: string;
  readonly #disk: Disk;
  readonly #files: CheckpointFiles;

  /** `workDir` is absolute, and there. */
  constructor(workDir: string, disk: Disk) {
    this.#workDir = workDir;
    this.#metaDir = metaRoot(workDir);
    this.#disk = disk;
    this.#files = new CheckpointFiles(disk);
  }

  /** The agent that last registered with this work directory; undefined when none did. */
  latestAgentId(): string | undefined {
    return this.#disk.readLink(latestAgentPath(this.#metaDir))?.split("/").at(-1);
  }

  /** Durable. Which boot of the machine what is here belongs to; to be called once it is recovered. */
  booted(bootId: string): void {
    this.#files.writeDurably(bootIdPath(this.#workDir), Buffer.from(bootId), this.#workDir);
  }

  /** Durable: both the agent's id and that it is the latest. */
  agentRegistered(agentId: AgentId, info: AgentInfo): void {
    const path = agentInfoPath(this.#metaDir, agentId);
    const bytes = encodeCheckpoint(AgentInfo, inOlderForm(info));
    this.#files.writeDurably(path, bytes, this.#workDir);
    const latest = latestAgentPath(this.#metaDir);
    this.#files.replaceLink(agentPath(this.#metaDir, agentId), latest);
    writing(latest, () => this.#disk.syncNow(dirname(latest)));
  }

  /** Nobody is to come back as this agent. */
  agentUnregistered(): void {
    const latest = latestAgentPath(this.#metaDir);
    if (this.#disk.readLink(latest) === undefined) return;
    this.#files.remove(latest);
    writing(latest, () => this.#disk.syncNow(dirname(latest)));
  }

  framework(agentId: AgentId, info: FrameworkInfo, pid: string | undefined): void {
    const frameworkId = (info.id?.value ?? "") as FrameworkId;
    const path = frameworkPath(this.#metaDir, agentId, frameworkId);
    this.#files.write(`${path}/framework.info`, FrameworkInfo, info);
    this.#files.writeText(`${path}/framework.pid`, pid ?? nobodysPid);
    this.#files.makeDirectories(`${path}/executors`);
  }

  executor(run: RunAddress, { info, isGenerated }: Executor): void {
    const path = executorPath(this.#metaDir, run);
    this.#files.write(`${path}/executor.info`, ExecutorInfo, inOlderForm(info));
    this.#files.writeText(`${path}/executor_generated_for_command_task`, isGenerated ? "1" : "0");
    this.#files.makeDirectories(runPath(this.#metaDir, run));
    this.#files.replaceLink(runPath(this.#metaDir, run), latestRunPath(this.#metaDir, run));
  }

  /**
   * An executor and its first task. As a rule nothing of it is there; then all of it is put together
   * elsewhere and moved to its place at once. PERF: half the system calls of one file after the other.
   */
  newExecutor(run: RunAddress, executor: Executor, firstTask: Task): void {
    const path = executorPath(this.#metaDir, run);
    const assembly = `${frameworkPath(this.#metaDir, run.agentId, run.frameworkId)}/.new-executor`;
    writing(path, () => this.#assemble(assembly, path, run, executor, firstTask));
    try {
      this.#disk.rename(assembly, path);
    } catch {
      // There was one of that name. If it is something else, the longer way will tell.
      this.#files.remove(assembly);
      this.executor(run, executor);
      this.task(run, firstTask);
    }
  }

  executorSubscribed(run: RunAddress): void {
    this.#files.touchMarker(`${runPath(this.#metaDir, run)}/http.marker`);
  }

  executorCompleted(run: RunAddress): void {
    this.#files.touchMarker(`${runPath(this.#metaDir, run)}/executor.sentinel`);
  }

  task(run: RunAddress, task: Task): void {
    const path = taskPath(this.#metaDir, run, task.task_id.value as TaskId);
    this.#files.write(`${path}/task.info`, Task, inOlderForm(task));
  }

  /** The tree of an executor at `assembly`, with links that lead to where it will be. */
  #assemble(
    assembly: string,
    path: string,
    { containerId }: RunAddress,
    { info, isGenerated }: Executor,
    firstTask: Task,
  ): void {
    const disk = this.#disk;
    this.#makeAssembly(assembly);
    disk.makeDirectory(`${assembly}/runs`);
    disk.makeDirectory(`${assembly}/runs/${containerId}`);
    disk.makeDirectory(`${assembly}/runs/${containerId}/tasks`);
    const task = `${assembly}/runs/${containerId}/tasks/${firstTask.task_id.value}`;
    disk.makeDirectory(task);
    disk.makeLink(`${path}/runs/${containerId}`, `${assembly}/runs/latest`);
    this.#files.writeNew(`${assembly}/executor.info`, ExecutorInfo, inOlderForm(info));
    const isGeneratedPath = `${assembly}/executor_generated_for_command_task`;
    this.#files.writeNewText(isGeneratedPath, isGenerated ? "1" : "0");
    this.#files.writeNew(`${task}/task.info`, Task, inOlderForm(firstTask));
  }

  /** What a crash left there is of no use to anybody. */
  #makeAssembly(assembly: string): void {
    try {
      this.#disk.makeDirectory(assembly);
    } catch {
      this.#disk.remove(assembly);
      this.#disk.makeDirectories(`${dirname(assembly)}/executors`);
      this.#disk.makeDirectory(assembly);
    }
  }
}
