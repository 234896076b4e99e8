/**
 * Puts an agent together, and takes it apart again.
 *
 * Owns the order: work directory, port, settings, core, API; then it looks for its master. What runs
 * containers is made by whoever starts the agent.
 */

import { mkdir, realpath } from "node:fs/promises";
import { CodedError, type Random } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import {
  type Clock,
  createMetrics,
  type Endpoint,
  type HttpHandler,
  type Logger,
  type LogLevel,
  type Metrics,
  openEndpoint,
  systemClock,
  systemRandom,
  textResponse,
} from "@tavola/host";
import type { LibprocessMessage, Upid } from "@tavola/protocol";
import { addAgentMetrics } from "../api/agent-metrics.ts";
import { type AgentRoutes, createAgentRoutes } from "../api/routes.ts";
import { createSandboxFiles } from "../api/sandbox-files.ts";
import type { AgentFlags } from "../flags.ts";
import { AgentProcess } from "./agent-process.ts";
import { agentSettings } from "./agent-settings.ts";
import { Checkpoints } from "./checkpoints.ts";
import { detectFixedMaster, type MasterDetector } from "./master-detector.ts";
import { readPeerMessage } from "./peer-messages.ts";
import { SandboxCollector } from "./sandbox-collector.ts";

export interface AgentOptions {
  readonly flags: AgentFlags;
  /** Every flag as text, for `/flags` and `/state`. */
  readonly flagsShown?: Readonly<Record<string, string>>;
  readonly logger: Logger & { level?: LogLevel };
  /** Runs what is to be run. Closed with the agent, which kills nothing. */
  readonly containerizer: Containerizer;
  /** Shared with the containerizer, whose metrics are the agent's. */
  readonly metrics?: Metrics;
  /** Resources (`cpus`, `mem`) whose limits the containerizer enforces; default: by `--isolation`. */
  readonly limitableResources?: ReadonlySet<string>;
  /** What executors inherit; default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: what `--master` says. */
  readonly detector?: MasterDetector;
  readonly clock?: Clock;
  readonly random?: Random;
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

/** Rejects with CodedError: INVALID_FLAG, CANNOT_LISTEN, UNKNOWN_HOST, CANNOT_WRITE. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { flags, logger } = options;
  await makeWorkDirectory(flags.work_dir);
  const detector = options.detector ?? (await detectFixedMaster(flags.master));
  let serve: HttpHandler = () => textResponse(503, "Agent is starting");
  let receive = (_: LibprocessMessage): void => {};
  const endpoint = await openEndpoint({
    ip: flags.ip ?? "0.0.0.0",
    port: flags.port,
    ...(flags.advertise_ip !== undefined && { advertiseIp: flags.advertise_ip }),
    ...(flags.advertise_port !== undefined && { advertisePort: flags.advertise_port }),
    onRequest: (request) => serve(request),
    onMessage(message) {
      if (message.to !== processId) return "unknown";
      receive(message);
      return "accepted";
    },
    logger,
  });
  try {
    const agent = await assemble(options, endpoint, detector);
    serve = agent.routes.handle;
    receive = agent.receive;
    agent.begin();
    return agent.running;
  } catch (error) {
    detector.close();
    await endpoint.close();
    throw error;
  }
}

const processId = "slave(1)";

async function makeWorkDirectory(workDir: string): Promise<void> {
  try {
    await mkdir(workDir, { recursive: true });
  } catch (cause) {
    const message = `cannot make the work directory ${workDir}`;
    throw new CodedError("CANNOT_WRITE", message, { path: workDir }, { cause });
  }
}

interface AssembledAgent {
  readonly routes: AgentRoutes;
  readonly running: RunningAgent;
  readonly receive: (message: LibprocessMessage) => void;
  readonly begin: () => void;
}

async function assemble(
  options: AgentOptions,
  endpoint: Endpoint,
  detector: MasterDetector,
): Promise<AssembledAgent> {
  const { flags, logger, containerizer, clock = systemClock(), random = systemRandom() } = options;
  const metrics = options.metrics ?? createMetrics();
  const startedAt = clock.now();
  const upid: Upid = { id: processId, host: endpoint.ip, port: endpoint.port };
  const config = await agentSettings({
    flags,
    upid,
    environment: options.environment ?? process.env,
    limitableResources: options.limitableResources ?? limitableBy(flags.isolation),
    random,
  });
  const { workDir } = config;
  const checkpoints = new Checkpoints(workDir);
  const earlier = checkpoints.latestAgentId();
  if (earlier !== undefined) {
    logger.warn(
      { agent: earlier, workDir },
      "an agent was here before; recovering it is not supported yet, starting as a new agent",
    );
  }
  checkpoints.started(workDir);
  const collector = new SandboxCollector({
    workDir,
    delayMs: flags.gc_delay,
    headroom: flags.gc_disk_headroom,
    watchIntervalMs: flags.disk_watch_interval,
    clock,
    logger,
  });
  const { promise: exited, resolve: exit } = Promise.withResolvers<AgentExit>();
  const agent = new AgentProcess({
    config,
    clock,
    random,
    logger,
    messenger: endpoint.messenger,
    containerizer,
    checkpoints,
    collector,
    onExit: (code, reason) => exit({ code, reason }),
  });
  const context = {
    state: agent.state,
    dispatch: (event: Parameters<AgentProcess["dispatch"]>[0]) => agent.dispatch(event),
    streams: agent.streams,
    containerizer,
    metrics,
    clock,
    logger,
    files: createSandboxFiles(agent.state, workDir, await realpath(workDir)),
    flagsShown: options.flagsShown ?? {},
  };
  addAgentMetrics(context, collector);
  const routes = createAgentRoutes(context);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  async function closeAll(): Promise<void> {
    detector.close();
    routes.close();
    await agent.close();
    await collector.close();
    await containerizer.close();
    await endpoint.close();
  }

  return {
    routes,
    receive(message) {
      const event = readPeerMessage(message);
      if (event.error === undefined) agent.dispatch(event.value);
      else logger.warn({ from: message.from }, `dropping a message: ${event.error}`);
    },
    begin() {
      agent.dispatch({ kind: "recovered" });
      const recoveryMs = clock.now() - startedAt;
      metrics.gauge("slave/recovery_time_secs", () => recoveryMs / 1000);
      logger.info(
        { url: urlOf(endpoint), resources: config.totalResources.toString(), workDir },
        "agent is up",
      );
      detector.watch((master) => {
        const { upid: leader, hostname = "" } = master ?? {};
        agent.dispatch({ kind: "masterDetected", master: leader, hostname });
      });
    },
    running: {
      url: urlOf(endpoint),
      exited,
      close,
      async shutdown() {
        if (closing !== undefined) return await closing;
        agent.dispatch({ kind: "shutdownAsked", reason: "asked to shut down" });
        await exited;
        checkpoints.agentUnregistered();
        await new Promise<void>((resolve) => clock.after(farewellMs, resolve));
        await close();
      },
    },
  };
}

function urlOf({ ip, port }: Endpoint): string {
  return `http://${ip}:${port}`;
}

/** What `--isolation` names explicitly; an isolator that was chosen by default is the caller's to tell. */
function limitableBy(isolation: string | undefined): ReadonlySet<string> {
  const names = (isolation ?? "").split(",").map((name) => name.trim());
  const has = (name: string): boolean => names.includes(name) || names.includes("cgroups/all");
  return new Set([...(has("cgroups/cpu") ? ["cpus"] : []), ...(has("cgroups/mem") ? ["mem"] : [])]);
}
