/**
 * A master on this machine: its port, its core, its APIs, started.
 */

import type { Allocator, createFairAllocator } from "@tavola/allocator";
import type { Random } from "@tavola/base";
import type { Coordination, CoordinationOptions, StoreUrl } from "@tavola/coordination";
import {
  type Clock,
  type HttpHandler,
  type Logger,
  type LogLevel,
  type MachineLoad,
  makeDirectory,
  openEndpoint,
  textResponse,
} from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import type { MasterState } from "../core/state.ts";
import type { MasterFlags } from "../flags.ts";
import { isMasterProcess } from "./agent-messages.ts";
import { assembleMaster } from "./assemble-master.ts";
import type { MasterExit } from "./master-daemon.ts";

export interface MasterOptions {
  readonly flags: MasterFlags;
  /** Every flag as text (`ParsedFlags.shown`), for `/flags` and `/state`. Default: none are shown. */
  readonly flagsShown?: Readonly<Record<string, string>>;
  readonly logger: Logger & { level?: LogLevel };
  /** What `/master/log` of the files API is. */
  readonly logFile?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the operating system's dice. */
  readonly random?: Random;
  /** What its metrics say of the machine. Default: this machine's. */
  readonly machineLoad?: () => MachineLoad;
  /** Default: a port of this machine. */
  readonly openEndpoint?: typeof openEndpoint;
  /** Default: the real one that the URL names. With it, the work directory is not touched. */
  readonly openStore?: (
    url: StoreUrl,
    options: CoordinationOptions,
  ) => Coordination | Promise<Coordination>;
  /** Default: the fair one. */
  readonly createAllocator?: typeof createFairAllocator;
  /** Told once what this master will go by; for checkers, which only read. */
  readonly inspect?: (state: MasterState, allocator: Allocator) => void;
  /** Told of a bug of ours; must end the process. Default: an uncaught exception. */
  readonly crash?: (error: unknown) => void;
}

export interface RunningMaster {
  /** `http://ip:port`, as peers reach it; no trailing slash. */
  readonly url: string;
  /** Resolves when it must not go on: it leads no longer, or its registry cannot be written. */
  readonly exited: Promise<MasterExit>;
  /** Ends its streams and connections, and stops listening. Agents and tasks live on. */
  close(): Promise<void>;
}

/**
 * Resolves when the master answers, and leads or, with `--zk`, stands for election. Rejects with a
 * CodedError: CANNOT_LISTEN, UNAVAILABLE and UNAUTHORIZED of the store, or what the registry or the
 * work directory says.
 */
export async function startMaster(options: MasterOptions): Promise<RunningMaster> {
  const { flags, logger } = options;
  if (options.openStore === undefined) await makeDirectory(flags.work_dir);
  let serve: HttpHandler = () => textResponse(503, "Master is starting");
  let receive = (_: LibprocessMessage): void => {};
  const endpoint = await (options.openEndpoint ?? openEndpoint)({
    ip: flags.ip ?? "0.0.0.0",
    port: flags.port,
    ...(flags.advertise_ip !== undefined && { advertiseIp: flags.advertise_ip }),
    ...(flags.advertise_port !== undefined && { advertisePort: flags.advertise_port }),
    onRequest: (request) => serve(request),
    onMessage(message) {
      if (!isMasterProcess(message.to)) return "unknown";
      receive(message);
      return "accepted";
    },
    logger,
  });
  try {
    const daemon = await assembleMaster(options, endpoint);
    serve = daemon.serve;
    receive = (message) => daemon.receive(message);
    try {
      await daemon.begin();
    } catch (error) {
      await daemon.close();
      throw error;
    }
    return daemon;
  } catch (error) {
    await endpoint.close();
    throw error;
  }
}
