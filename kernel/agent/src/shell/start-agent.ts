/**
 * Starts an agent: work directory, port, settings, then the daemon that looks for its master.
 *
 * What runs containers is made by whoever starts the agent.
 */

import type { Random } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import { formatStoreUrl, parseStoreUrl } from "@tavola/coordination";
import {
  type Clock,
  createMetrics,
  type Disk,
  type Endpoint,
  type FileLock,
  type HttpHandler,
  type Logger,
  type LogLevel,
  type MachineLoad,
  type Metrics,
  machineBootId,
  openEndpoint,
  realDisk,
  systemClock,
  systemRandom,
  textResponse,
} from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import type { AgentFlags } from "../flags.ts";
import { AgentDaemon, type RunningAgent } from "./agent-daemon.ts";
import { agentSettings } from "./agent-settings.ts";
import { type MachineFiles, realMachineFiles } from "./machine-files.ts";
import { detectMaster, type MasterDetector } from "./master-detector.ts";
import { lockWorkDirectory } from "./work-directory.ts";

export interface AgentOptions {
  readonly flags: AgentFlags;
  /** Every flag as text, for `/flags` and `/state`. */
  readonly flagsShown?: Readonly<Record<string, string>>;
  readonly logger: Logger & { level?: LogLevel };
  /** What `/slave/log` of the files API is. */
  readonly logFile?: string;
  /** Runs what is to be run. Closed with the agent, which kills nothing. */
  readonly containerizer: Containerizer;
  /** Shared with the containerizer, whose metrics are the agent's. */
  readonly metrics?: Metrics;
  /** What executors inherit; default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: what `--master` says. */
  readonly detector?: MasterDetector;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Holds the checkpoints. Default: this machine's, and the work directory is locked on it. */
  readonly disk?: Disk;
  /** Default: this machine's as it runs now. */
  readonly bootId?: string;
  /** Default: a port of this machine. */
  readonly openEndpoint?: typeof openEndpoint;
  /** Sandboxes and what the machine has. Default: this machine's. */
  readonly machineFiles?: MachineFiles;
  /** What its metrics say of the machine. Default: this machine's. */
  readonly machineLoad?: () => MachineLoad;
  /** Runs something after this turn of the event loop. Default: setImmediate. */
  readonly soon?: (run: () => void) => void;
}

const processId = "slave(1)";

/**
 * Rejects with CodedError: INVALID_FLAG, CANNOT_LISTEN, UNKNOWN_HOST, CANNOT_WRITE, WORK_DIR_IN_USE, or
 * CANNOT_RECOVER with the way out in its message. The containerizer is then still the caller's.
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { flags } = options;
  const files = options.machineFiles ?? realMachineFiles;
  await files.openWorkDirectory(flags.work_dir);
  const lock = options.disk === undefined ? await lockWorkDirectory(flags.work_dir) : undefined;
  try {
    return await startLocked(options, lock);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function startLocked(
  options: AgentOptions,
  lock: FileLock | undefined,
): Promise<RunningAgent> {
  const { flags } = options;
  const detector = options.detector ?? (await openDetector(options));
  let serve: HttpHandler = () => textResponse(503, "Agent is starting");
  let receive = (_: LibprocessMessage): void => {};
  const endpoint = await (options.openEndpoint ?? openEndpoint)({
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
    logger: options.logger,
  });
  try {
    const daemon = await assemble(options, { endpoint, detector, lock });
    serve = daemon.handle;
    receive = (message) => daemon.receive(message);
    daemon.begin();
    return daemon;
  } catch (error) {
    detector.close();
    await endpoint.close();
    throw error;
  }
}

/** Without the password of the masters' store. */
function shownFlags(shown: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { value } = parseStoreUrl(shown["master"] ?? "");
  return value?.credentials === undefined ? shown : { ...shown, master: formatStoreUrl(value) };
}

function openDetector({ flags, logger, clock, random }: AgentOptions): Promise<MasterDetector> {
  return detectMaster(flags.master, {
    logger,
    clock: clock ?? systemClock(),
    ...(random && { random }),
  });
}

interface OpenParts {
  readonly endpoint: Endpoint;
  readonly detector: MasterDetector;
  readonly lock: FileLock | undefined;
}

async function assemble(
  options: AgentOptions,
  { endpoint, detector, lock }: OpenParts,
): Promise<AgentDaemon> {
  const { flags, logger, containerizer } = options;
  const random = options.random ?? systemRandom();
  const files = options.machineFiles ?? realMachineFiles;
  const config = await agentSettings({
    flags,
    upid: { id: processId, host: endpoint.ip, port: endpoint.port },
    environment: options.environment ?? process.env,
    limitableResources: containerizer.limitableResources ?? limitableBy(flags.isolation),
    random,
    look: files.look,
  });
  return await AgentDaemon.create({
    config,
    flags,
    flagsShown: shownFlags(options.flagsShown ?? {}),
    endpoint,
    detector,
    containerizer,
    metrics: options.metrics ?? createMetrics(),
    clock: options.clock ?? systemClock(),
    random,
    logger,
    disk: options.disk ?? realDisk(),
    files,
    machineLoad: options.machineLoad,
    soon: options.soon ?? setImmediate,
    logFile: options.logFile,
    bootId: options.bootId ?? machineBootId(),
    lock,
  });
}

/** What `--isolation` names, for a containerizer that does not say what it can. */
function limitableBy(isolation: string | undefined): ReadonlySet<string> {
  const names = (isolation ?? "").split(",").map((name) => name.trim());
  const has = (name: string): boolean => names.includes(name) || names.includes("cgroups/all");
  return new Set([...(has("cgroups/cpu") ? ["cpus"] : []), ...(has("cgroups/mem") ? ["mem"] : [])]);
}
