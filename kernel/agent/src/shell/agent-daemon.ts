/**
 * The parts of one agent, put together; what is started is ended here as well.
 */

import { realpath } from "node:fs/promises";
import type { Random } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import type { Clock, Endpoint, HttpHandler, Logger, LogLevel, Metrics } from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import type { AgentContext } from "../api/agent-context.ts";
import { addAgentMetrics } from "../api/agent-metrics.ts";
import { type AgentRoutes, createAgentRoutes } from "../api/routes.ts";
import { createSandboxFiles } from "../api/sandbox-files.ts";
import type { AgentConfig } from "../core/agent-config.ts";
import type { AgentFlags } from "../flags.ts";
import { AgentProcess } from "./agent-process.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { MasterDetector } from "./master-detector.ts";
import { readPeerMessage } from "./peer-messages.ts";
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
  readonly #process: AgentProcess;
  readonly #routes: AgentRoutes;
  readonly #preparedMs: number;
  #closing: Promise<void> | undefined;

  private constructor(parts: AgentParts, realWorkDir: string) {
    const { config, endpoint, clock } = parts;
    const startedAt = clock.now();
    this.#parts = parts;
    this.url = `http://${endpoint.ip}:${endpoint.port}`;
    const { promise, resolve } = Promise.withResolvers<AgentExit>();
    this.exited = promise;
    this.#checkpoints = new Checkpoints(config.workDir);
    this.#takeWorkDir();
    this.#collector = collectorOf(parts);
    this.#process = new AgentProcess({
      ...parts,
      messenger: endpoint.messenger,
      checkpoints: this.#checkpoints,
      collector: this.#collector,
      onExit: (code, reason) => resolve({ code, reason }),
    });
    const context = this.#contextOf(realWorkDir);
    addAgentMetrics(context, this.#collector);
    this.#routes = createAgentRoutes(context);
    this.#preparedMs = clock.now() - startedAt;
  }

  /** Rejects with CodedError CANNOT_WRITE. */
  static async create(parts: AgentParts): Promise<AgentDaemon> {
    return new AgentDaemon(parts, await realpath(parts.config.workDir));
  }

  get handle(): HttpHandler {
    return this.#routes.handle;
  }

  receive(message: LibprocessMessage): void {
    const event = readPeerMessage(message);
    if (event.error === undefined) this.#process.dispatch(event.value);
    else this.#parts.logger.warn({ from: message.from }, `dropping a message: ${event.error}`);
  }

  /** Looks for its master. */
  begin(): void {
    const { config, metrics, logger, detector } = this.#parts;
    this.#process.dispatch({ kind: "recovered" });
    metrics.gauge("slave/recovery_time_secs", () => this.#preparedMs / 1000);
    const { totalResources, workDir } = config;
    logger.info({ url: this.url, resources: totalResources.toString(), workDir }, "agent is up");
    detector.watch((master) => {
      const { upid, hostname = "" } = master ?? {};
      this.#process.dispatch({ kind: "masterDetected", master: upid, hostname });
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
    this.#checkpoints.agentUnregistered();
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
  }

  #takeWorkDir(): void {
    const { config, logger } = this.#parts;
    const { workDir } = config;
    const earlier = this.#checkpoints.latestAgentId();
    if (earlier !== undefined) {
      logger.warn(
        { agent: earlier, workDir },
        "an agent was here before; recovering it is not supported yet, starting as a new agent",
      );
    }
    this.#checkpoints.started(workDir);
  }

  #contextOf(realWorkDir: string): AgentContext {
    const { state, streams } = this.#process;
    const { config, containerizer, metrics, clock, logger, flagsShown } = this.#parts;
    return {
      state,
      streams,
      dispatch: (event) => this.#process.dispatch(event),
      containerizer,
      metrics,
      clock,
      logger,
      flagsShown,
      files: createSandboxFiles(state, config.workDir, realWorkDir),
    };
  }
}

function collectorOf({ config, flags, clock, logger }: AgentParts): SandboxCollector {
  return new SandboxCollector({
    workDir: config.workDir,
    delayMs: flags.gc_delay,
    headroom: flags.gc_disk_headroom,
    watchIntervalMs: flags.disk_watch_interval,
    clock,
    logger,
  });
}
