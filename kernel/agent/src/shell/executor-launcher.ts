/**
 * Carries out what the core decided about containers, and reports what came of it.
 *
 * A launch: wait for a removal of its directories that is under way, write the checkpoints, make the
 * sandbox, start the container. Whatever fails on the way fails the launch, with a sentence for the
 * task's status. In any case the container's end is reported, once.
 */

import { CodedError, type ContainerId, describeError } from "@tavola/base";
import type { Containerizer, ContainerTermination } from "@tavola/containerizer";
import type { Logger } from "@tavola/host";
import type { ContainerStatus } from "@tavola/protocol";
import type { LaunchExecutor, ResizeContainer } from "../core/effects.ts";
import type { ContainerEvent } from "../core/events.ts";
import {
  executorPath,
  forkedPidPath,
  frameworkPath,
  metaRoot,
  type RunAddress,
} from "../core/paths.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { MachineFiles } from "./machine-files.ts";
import type { SandboxCollector } from "./sandbox-collector.ts";

export interface ExecutorLauncherOptions {
  readonly workDir: string;
  readonly containerizer: Containerizer;
  readonly checkpoints: Checkpoints;
  readonly collector: SandboxCollector;
  readonly files: MachineFiles;
  readonly logger: Logger;
  readonly report: (event: ContainerEvent) => void;
}

export class ExecutorLauncher {
  readonly #options: ExecutorLauncherOptions;
  /** Executors whose directories are not there yet. */
  readonly #preparing = new Map<ContainerId, Promise<void>>();

  constructor(options: ExecutorLauncherOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async launch(effect: LaunchExecutor): Promise<void> {
    const { containerizer, report } = this.#options;
    const { containerId } = effect.run;
    try {
      await this.#prepare(effect);
    } catch (error) {
      const message = describeError(error);
      report({ kind: "executorLaunchFailed", containerId, message });
      report({ kind: "executorTerminated", containerId, end: {} });
      return;
    }
    try {
      await containerizer.launch(this.#launchOf(effect));
      const status = await this.#statusOf(containerId);
      report({ kind: "executorLaunched", containerId, status });
    } catch (error) {
      // Its message is made for the task's status; causes are for the containerizer's own log.
      const message = error instanceof CodedError ? error.message : describeError(error);
      report({ kind: "executorLaunchFailed", containerId, message });
    }
    report({ kind: "executorTerminated", containerId, end: await this.#endOf(containerId) });
  }

  /**
   * Finds containers of an earlier agent again, ends all that are not among them, and reports each one's
   * end. Resolves when those that live are followed. Rejects when that cannot be found out.
   */
  async recover(containers: readonly ContainerId[]): Promise<void> {
    const { containerizer, report } = this.#options;
    const ended = await containerizer.recover(containers);
    for (const containerId of containers) {
      const end = ended.get(containerId);
      if (end === undefined) void this.#follow(containerId);
      else report({ kind: "executorTerminated", containerId, end });
    }
  }

  /** Never rejects. */
  async #follow(containerId: ContainerId): Promise<void> {
    const end = await this.#endOf(containerId);
    this.#options.report({ kind: "executorTerminated", containerId, end });
  }

  /** Runs `then` once the executor's directories are there. */
  whenPrepared(containerId: ContainerId, then: () => void): void {
    const preparing = this.#preparing.get(containerId);
    if (preparing === undefined) then();
    else preparing.then(then, () => {});
  }

  /** Never rejects. */
  async resize({ containerId, resources, limits, afterwards }: ResizeContainer): Promise<void> {
    const { containerizer, report } = this.#options;
    let failure: string | undefined;
    try {
      await containerizer.update(containerId, resources, limits);
    } catch (error) {
      failure = describeError(error);
    }
    report({ kind: "containerResized", containerId, afterwards, failure });
  }

  /** Never rejects; its end is reported by `launch`. */
  async destroy(containerId: ContainerId): Promise<void> {
    try {
      await this.#options.containerizer.destroy(containerId);
    } catch (error) {
      this.#options.logger.error({ container: containerId, error }, "cannot destroy container");
    }
  }

  /** PERF: synchronous unless a removal is under way; see checkpoint-files.ts. */
  #prepare(effect: LaunchExecutor): Promise<void> | undefined {
    const { containerId } = effect.run;
    const removals = this.#removalsInTheWay(effect.run);
    if (removals.length === 0) {
      this.#write(effect);
      return undefined;
    }
    const preparing = Promise.all(removals).then(() => this.#write(effect));
    this.#preparing.set(containerId, preparing);
    return preparing.finally(() => this.#preparing.delete(containerId));
  }

  #removalsInTheWay(run: RunAddress): Promise<void>[] {
    const { workDir, collector } = this.#options;
    const { agentId, frameworkId } = run;
    const removals: Promise<void>[] = [];
    for (const root of [workDir, metaRoot(workDir)]) {
      for (const path of [executorPath(root, run), frameworkPath(root, agentId, frameworkId)]) {
        const removal = collector.unschedule(path);
        if (removal !== undefined) removals.push(removal);
      }
    }
    return removals;
  }

  #write({ executor, run, firstTask, isFrameworkNew }: LaunchExecutor): void {
    const { checkpoints, workDir } = this.#options;
    const { info, pid } = executor.framework;
    if (executor.isCheckpointing) {
      if (isFrameworkNew) checkpoints.framework(run.agentId, info, pid);
      checkpoints.newExecutor(run, executor, firstTask);
    }
    const { directory, user } = executor;
    this.#options.files.makeSandbox(workDir, { run, directory, user });
  }

  #launchOf(effect: LaunchExecutor): Parameters<Containerizer["launch"]>[0] {
    const { executor, run, command, environment, resources, limits, taskInfo } = effect;
    const { info, framework, directory, user } = executor;
    return {
      containerId: run.containerId,
      agentId: run.agentId,
      frameworkId: run.frameworkId,
      executorId: run.executorId,
      kind: executor.isGenerated ? "hosted" : "process",
      command,
      directory,
      environment,
      resources,
      executorInfo: info,
      frameworkInfo: framework.info,
      ...(user === undefined ? {} : { user }),
      ...(limits === undefined ? {} : { limits }),
      ...(info.container === undefined ? {} : { container: info.container }),
      ...(taskInfo === undefined ? {} : { taskInfo }),
      ...(executor.isCheckpointing
        ? { checkpointPidPath: forkedPidPath(metaRoot(this.#options.workDir), run) }
        : {}),
    };
  }

  async #statusOf(containerId: ContainerId): Promise<ContainerStatus | undefined> {
    try {
      return await this.#options.containerizer.status(containerId);
    } catch (error) {
      // It may have ended already; its updates then say less about where it was.
      const { code } = error instanceof CodedError ? error : { code: undefined };
      this.#options.logger.debug({ container: containerId, code }, "no status of the container");
      return undefined;
    }
  }

  async #endOf(containerId: ContainerId): Promise<ContainerTermination> {
    try {
      return await this.#options.containerizer.wait(containerId);
    } catch (error) {
      return { message: `Abnormal executor termination: ${describeError(error)}` };
    }
  }
}
