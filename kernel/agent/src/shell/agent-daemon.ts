/**
 * The parts of one agent, put together; what is started is ended here as well.
 */

import { describeError, type Instant, type Random } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import {
  attachLog,
  type Clock,
  type Disk,
  type Endpoint,
  type FileLock,
  type HttpHandler,
  type Logger,
  type LogLevel,
  type MachineLoad,
  type Metrics,
  type ServedFiles,
} from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import type { AgentContext } from "../api/agent-context.ts";
import { addAgentMetrics } from "../api/agent-metrics.ts";
import { type AgentRoutes, createAgentRoutes } from "../api/routes.ts";
import { createSandboxFiles } from "../api/sandbox-files.ts";
import type { AgentConfig } from "../core/agent-config.ts";
import type { AgentFlags } from "../flags.ts";
import { AgentProcess } from "./agent-process.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { MachineFiles } from "./machine-files.ts";
import type { MasterDetector } from "./master-detector.ts";
import { readPeerMessage } from "./peer-messages.ts";
import { type RecoveredCheckpoints, recoverCheckpoints } from "./recover-checkpoints.ts";
import { SandboxCollector } from "./sandbox-collector.ts";

export interface AgentParts {
  readonly config: AgentConfig;
  readonly flags: AgentFlags;
  readonly flagsShown: Readonly<Record<string, string>>;
  readonly endpoint: Endpoint;
  readonly detector: MasterDetector;
  readonly containerizer: Containerizer;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger & { level?: LogLevel };
  readonly disk: Disk;
  readonly files: MachineFiles;
  /** Undefined: this machine's. */
  readonly machineLoad: (() => MachineLoad) | undefined;
  readonly soon: (run: () => void) => void;
  /** Of the machine as it runs now; undefined: not known. */
  readonly bootId: string | undefined;
  /** What `/slave/log` is. */
  readonly logFile: string | undefined;
  /** Ours as long as the agent runs; undefined: nobody else can be there. */
  readonly lock: FileLock | undefined;
}

export interface RunningAgent {
  /** `http://IP:PORT`, as others reach it. */
  readonly url: string;
  /** Resolves when the agent has ended by itself: a master told it to, or it must not go on. */
  readonly exited: Promise<AgentExit>;
  /** Lets go: tasks and their executors live on. Idempotent. */
  close(): Promise<void>;
  /** Kills every task, unregisters, and closes; what SIGUSR1 asks a Mesos agent for. */
  shutdown(): Promise<void>;
}

export interface AgentExit {
  /** 0, or 1 when something was wrong. */
  readonly code: number;
  readonly reason: string;
}

/** How long the last messages get to leave, before connections are closed. */
const farewellMs = 50;

export class AgentDaemon implements RunningAgent {
  readonly url: string;
  readonly exited: Promise<AgentExit>;
  readonly #parts: AgentParts;
  readonly #checkpoints: Checkpoints;
  readonly #collector: SandboxCollector;
  readonly #served: ServedFiles;
  readonly #process: AgentProcess;
  readonly #routes: AgentRoutes;
  readonly #recovered: RecoveredCheckpoints;
  readonly #startedAt: Instant;
  #closing: Promise<void> | undefined;

  private constructor(parts: AgentParts, realWorkDir: string) {
    const { config, endpoint, clock } = parts;
    this.#startedAt = clock.now();
    this.#parts = parts;
    this.url = `http://${endpoint.ip}:${endpoint.port}`;
    const { promise, resolve } = Promise.withResolvers<AgentExit>();
    this.exited = promise;
    this.#checkpoints = new Checkpoints(config.workDir, parts.disk);
    this.#recovered = recoverCheckpoints({ ...parts, checkpoints: this.#checkpoints });
    this.#collector = collectorOf(parts);
    this.#process = new AgentProcess({
      ...parts,
      messenger: endpoint.messenger,
      checkpoints: this.#checkpoints,
      collector: this.#collector,
      onExit: (code, reason) => {
        this.#forgetIfOver();
        resolve({ code, reason });
      },
    });
    this.#served = createSandboxFiles(this.#process.state, config.workDir, realWorkDir);
    const context = this.#contextOf();
    addAgentMetrics(context, this.#collector, parts.machineLoad);
    this.#routes = createAgentRoutes(context);
  }

  /** Rejects with CodedError CANNOT_RECOVER or CANNOT_WRITE. */
  static async create(parts: AgentParts): Promise<AgentDaemon> {
    const { files, config, logFile, logger } = parts;
    const daemon = new AgentDaemon(parts, await files.openWorkDirectory(config.workDir));
    await attachLog(daemon.#served, "/slave/log", logFile, logger);
    return daemon;
  }

  get handle(): HttpHandler {
    return this.#routes.handle;
  }

  receive(message: LibprocessMessage): void {
    const event = readPeerMessage(message);
    if (event.error === undefined) this.#process.dispatch(event.value);
    else this.#parts.logger.warn({ from: message.from }, `dropping a message: ${event.error}`);
  }

  /** Recovers, and looks for its master. */
  begin(): void {
    const { config, logger, detector } = this.#parts;
    this.#addRecoveryMetrics();
    const { totalResources, workDir } = config;
    logger.info({ url: this.url, resources: totalResources.toString(), workDir }, "agent is up");
    this.#process.dispatch(this.#recovered.event);
    if (config.recover === "cleanup") return;
    detector.watch((master) => {
      const { upid, hostname = "", isTyped = false } = master ?? {};
      this.#process.dispatch({ kind: "masterDetected", master: upid, hostname, isTyped });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async shutdown(): Promise<void> {
    if (this.#closing !== undefined) return await this.#closing;
    this.#process.dispatch({ kind: "shutdownAsked", reason: "asked to shut down" });
    await this.exited;
    await new Promise<void>((resolve) => this.#parts.clock.after(farewellMs, resolve));
    await this.close();
  }

  async #closeAll(): Promise<void> {
    const { detector, containerizer, endpoint } = this.#parts;
    detector.close();
    this.#routes.close();
    await this.#process.close();
    await this.#collector.close();
    await containerizer.close();
    await endpoint.close();
    this.#parts.lock?.release();
  }

  #addRecoveryMetrics(): void {
    const { metrics } = this.#parts;
    const { errors } = this.#recovered;
    metrics.gauge("slave/recovery_errors", () => errors);
    metrics.gauge("slave/recovery_time_secs", () => {
      return (this.#process.recoveredAt - this.#startedAt) / 1000;
    });
  }

  /** An agent that was shut down, with all that ran on it, is not to come back as who it was. */
  #forgetIfOver(): void {
    if (this.#process.state.phase !== "terminating") return;
    try {
      this.#checkpoints.agentUnregistered();
    } catch (error) {
      this.#parts.logger.error({ error: describeError(error) }, "cannot forget the agent's id");
    }
  }

  #contextOf(): AgentContext {
    const { state, streams } = this.#process;
    const { containerizer, metrics, clock, logger, flagsShown } = this.#parts;
    return {
      state,
      streams,
      dispatch: (event) => this.#process.dispatch(event),
      containerizer,
      metrics,
      clock,
      logger,
      flagsShown,
      files: this.#served,
    };
  }
}

function collectorOf({ config, flags, files, clock, logger }: AgentParts): SandboxCollector {
  return new SandboxCollector({
    workDir: config.workDir,
    delayMs: flags.gc_delay,
    headroom: flags.gc_disk_headroom,
    watchIntervalMs: flags.disk_watch_interval,
    files,
    clock,
    logger,
  });
}
