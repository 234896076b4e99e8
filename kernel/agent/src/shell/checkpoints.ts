/**
 * What the agent writes below `meta`, file by file. The tree is drawn in core/paths.ts.
 *
 * Every function throws CodedError CANNOT_WRITE when the disk does not take it.
 */

import { readFileSync } from "node:fs";
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
  writeText,
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
  }

  executor(run: RunAddress, { info, isGenerated }: Executor): void {
    const path = executorPath(this.#metaDir, run);
    writeCheckpoint(`${path}/executor.info`, ExecutorInfo, inOlderForm(info));
    writeText(`${path}/executor_generated_for_command_task`, isGenerated ? "1" : "0");
    makeDirectories(runPath(this.#metaDir, run));
    replaceLink(runPath(this.#metaDir, run), latestRunPath(this.#metaDir, run));
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

/** Changes with every boot of the machine; undefined where there is no Linux. */
function currentBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
