/**
 * Runs the core: events in, one turn after the other, and each turn's effects carried out in order.
 *
 * A turn is never interrupted: what carrying out an effect causes at once (a file that cannot be
 * written) waits until the turn's effects are done. Time is asked once a turn.
 */

import { type ContainerId, describeError, type Instant, type Random } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import type { Clock, Disk, Logger, Messenger, Timer } from "@tavola/host";
import { encodeMessage, formatUpid, type Upid } from "@tavola/protocol";
import type { AgentConfig } from "../core/agent-config.ts";
import { handleEvent } from "../core/agent-core.ts";
import type { Effect, SendMessage } from "../core/effects.ts";
import type { AgentEvent } from "../core/events.ts";
import { executorPath, frameworkPath, metaRoot, type RunAddress, taskPath } from "../core/paths.ts";
import { type AgentState, createAgentState } from "../core/state.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { retireOldAgents } from "./earlier-agents.ts";
import { ExecutorLauncher } from "./executor-launcher.ts";
import { ExecutorStreams } from "./executor-streams.ts";
import type { MachineFiles } from "./machine-files.ts";
import { NameSyncs } from "./name-syncs.ts";
import type { SandboxCollector } from "./sandbox-collector.ts";
import { UpdateFiles } from "./update-files.ts";

export interface AgentProcessOptions {
  readonly config: AgentConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly messenger: Messenger;
  readonly containerizer: Containerizer;
  readonly checkpoints: Checkpoints;
  readonly disk: Disk;
  /** Of the machine as it runs now. */
  readonly bootId: string | undefined;
  readonly collector: SandboxCollector;
  readonly files: MachineFiles;
  /** Runs something after this turn of the event loop. */
  readonly soon: (run: () => void) => void;
  /** There is nothing left to do, or it must not go on. Called once. */
  readonly onExit: (code: number, reason: string) => void;
}

type Perform = {
  readonly [Kind in Effect["kind"]]: (effect: Extract<Effect, { readonly kind: Kind }>) => void;
};

export class AgentProcess {
  readonly state: AgentState;
  readonly streams: ExecutorStreams;
  readonly #options: AgentProcessOptions;
  readonly #launcher: ExecutorLauncher;
  readonly #updateFiles: UpdateFiles;
  readonly #events: AgentEvent[] = [];
  #recoveredAt: Instant | undefined;
  #isInTurn = false;
  #isClosed = false;
  #hasExited = false;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #unlink: (() => void) | undefined;

  constructor(options: AgentProcessOptions) {
    this.#options = options;
    this.state = createAgentState(options.config, options.clock.now());
    this.streams = new ExecutorStreams((containerId) =>
      this.dispatch({ kind: "executorDisconnected", containerId }),
    );
    const { disk } = options;
    const names = new NameSyncs(disk, `${metaRoot(options.config.workDir)}/slaves`);
    this.#updateFiles = new UpdateFiles({
      disk,
      names,
      soon: options.soon,
      report: (event) => this.dispatch(event),
    });
    this.#launcher = new ExecutorLauncher({
      workDir: options.config.workDir,
      containerizer: options.containerizer,
      checkpoints: options.checkpoints,
      collector: options.collector,
      files: options.files,
      logger: options.logger,
      report: (event) => this.dispatch(event),
    });
  }

  /** When recovery was over; now, as long as it is not. */
  get recoveredAt(): Instant {
    return this.#recoveredAt ?? this.#options.clock.now();
  }

  /** Takes its turn now, or after the one that is running. */
  dispatch(event: AgentEvent): void {
    if (this.#isClosed) return;
    this.#events.push(event);
    if (this.#isInTurn) return;
    this.#isInTurn = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        this.#turn(next);
      }
    } catch (error) {
      // A bug of ours: what the agent knows may be wrong now, so it must not act on it.
      this.#isClosed = true;
      this.#options.logger.error({ error, event: event.kind }, "the agent's core failed");
      this.#exit(1, `a bug in the agent: ${describeError(error)}`);
      return;
    }
    this.#isInTurn = false;
    this.#plan();
  }

  /** Lets go of everything: no more turns. What was to be written is written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.timer.cancel();
    this.#unlink?.();
    this.streams.closeAll();
    await this.#updateFiles.closeAll();
  }

  #turn(event: AgentEvent): void {
    const { clock, random } = this.#options;
    for (const effect of handleEvent(this.state, event, clock.now(), random)) {
      (this.#perform[effect.kind] as (effect: Effect) => void)(effect);
    }
  }

  readonly #perform: Perform = {
    send: (effect) => this.#send(effect),
    linkMaster: ({ to }) => this.#link(to),
    sendEvent: ({ containerId, event }) => this.streams.send(containerId, event),
    closeStream: ({ containerId }) => this.streams.close(containerId),
    launchExecutor: (effect) => void this.#launcher.launch(effect),
    resizeContainer: (effect) => void this.#launcher.resize(effect),
    destroyContainer: ({ containerId }) => void this.#launcher.destroy(containerId),
    recoverContainers: ({ containers }) => void this.#recoverContainers(containers),
    finishRecovery: () => this.#finishRecovery(),
    retirePaths: ({ paths }) => {
      for (const path of paths) this.#options.collector.scheduleByAge(path);
    },
    checkpointAgent: ({ info }) => this.#checkpointAgent(info),
    checkpointFramework: ({ info, pid }) => {
      const { id } = this.state;
      if (id === undefined) return;
      this.#tolerating("framework", () => this.#options.checkpoints.framework(id, info, pid));
    },
    checkpointTask: ({ run, task }) => {
      this.#launcher.whenPrepared(run.containerId, () => this.#checkpointTask(run, task));
    },
    checkpointSubscription: ({ run }) => {
      this.#tolerating("subscription", () => this.#options.checkpoints.executorSubscribed(run));
    },
    appendUpdateRecord: (effect) => this.#updateFiles.append(effect),
    closeUpdateFile: ({ path }) => this.#updateFiles.close(path),
    retireTask: ({ run, taskId }) => {
      const { collector, config } = this.#options;
      collector.schedule(taskPath(metaRoot(config.workDir), run, taskId));
    },
    retireExecutor: ({ executor, run }) => this.#retireExecutor(run, executor.isCheckpointing),
    retireFramework: ({ frameworkId, isCheckpointing }) => {
      const { collector, config } = this.#options;
      const { id } = this.state;
      if (id === undefined) return;
      collector.schedule(frameworkPath(config.workDir, id, frameworkId));
      if (!isCheckpointing) return;
      collector.schedule(frameworkPath(metaRoot(config.workDir), id, frameworkId));
    },
    exit: ({ code, reason }) => this.#exit(code, reason),
    log: ({ level, fields, message }) => this.#options.logger[level](fields, message),
  };

  #send({ to, type, message }: SendMessage): void {
    const { messenger, config } = this.#options;
    messenger.send(config.upid.id, to, type.typeName, encodeMessage(type, message));
  }

  #link(master: Upid): void {
    this.#unlink?.();
    this.#options.logger.debug({ master: formatUpid(master) }, "linking to master");
    this.#unlink = this.#options.messenger.link(master, () =>
      this.dispatch({ kind: "masterExited", master }),
    );
  }

  async #recoverContainers(containers: readonly ContainerId[]): Promise<void> {
    try {
      await this.#launcher.recover(containers);
    } catch (error) {
      this.#options.logger.error({ error }, "cannot find out which containers run");
      this.#exit(1, `cannot find out which containers run: ${describeError(error)}`);
      return;
    }
    this.dispatch({ kind: "containersRecovered" });
    this.#options.containerizer.welcome();
  }

  /** The boot id says what is recovered, so it comes after; without it nothing could tell a reboot. */
  #finishRecovery(): void {
    const { bootId, checkpoints, clock, collector, config, files } = this.#options;
    this.#recoveredAt = clock.now();
    try {
      if (bootId !== undefined) checkpoints.booted(bootId);
    } catch (error) {
      this.#options.logger.error({ error }, "cannot checkpoint the boot id");
      this.#exit(1, `cannot checkpoint the boot id: ${describeError(error)}`);
    }
    const frameworks = new Set<string>(this.state.frameworks.keys());
    const { workDir } = config;
    retireOldAgents({ workDir, agentId: this.state.id, frameworks, collector, files });
  }

  /** Without its own id on disk an agent must not go on: it would not know its tasks again. */
  #checkpointAgent(info: AgentState["info"]): void {
    const { id } = this.state;
    if (id === undefined) return;
    try {
      this.#options.checkpoints.agentRegistered(id, info);
    } catch (error) {
      this.#options.logger.error({ error }, "cannot checkpoint the agent's id");
      this.#exit(1, `cannot checkpoint the agent's id: ${describeError(error)}`);
    }
  }

  #checkpointTask(run: RunAddress, task: Parameters<Checkpoints["task"]>[1]): void {
    try {
      this.#options.checkpoints.task(run, task);
    } catch (error) {
      const taskId = task.task_id.value as Parameters<typeof taskPath>[2];
      const message = describeError(error);
      this.dispatch({
        kind: "taskCheckpointFailed",
        containerId: run.containerId,
        taskId,
        message,
      });
    }
  }

  #retireExecutor(run: RunAddress, isCheckpointing: boolean): void {
    const { collector, config, checkpoints } = this.#options;
    collector.schedule(executorPath(config.workDir, run));
    if (!isCheckpointing) return;
    this.#tolerating("end of executor", () => checkpoints.executorCompleted(run));
    collector.schedule(executorPath(metaRoot(config.workDir), run));
  }

  /** For checkpoints without which things are worse, but not wrong. */
  #tolerating(what: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.logger.error({ error }, `cannot checkpoint ${what}`);
    }
  }

  #exit(code: number, reason: string): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    this.#options.onExit(code, reason);
  }

  /** One timer, for the earliest of all that is planned. */
  #plan(): void {
    const at = this.state.deadlines.nextAt;
    if (at === undefined || this.#isClosed) return;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.timer.cancel();
    const { clock } = this.#options;
    const timer = clock.after(Math.max(0, at - clock.now()), () => {
      this.#timer = undefined;
      this.dispatch({ kind: "woken" });
    });
    this.#timer = { at, timer };
  }
}
