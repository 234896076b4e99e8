/**
 * A master: the real one, on a simulated host, started again whenever it ends.
 */

import type { Allocator } from "@tavola/allocator";
import type { Coordination, MemoryCoordination, StoreWrite } from "@tavola/coordination";
import { parseFlags } from "@tavola/host";
import { type MasterFlags, type MasterState, masterFlags, startMaster } from "@tavola/master";
import { neverEnds } from "../planted/deathless-session.ts";
import { forgetfulAllocators } from "../planted/forgetful-allocator.ts";
import { saysWrittenEarly } from "../planted/hasty-writes.ts";
import { forgetsKills, leavesRunning } from "../planted/lost-messages.ts";
import type { PlantedFaults } from "../planted/planted-faults.ts";
import type { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import { type EndpointSeams, endpointsOf } from "../world/simulated-endpoint.ts";
import { masterPort, storeText } from "./addresses.ts";
import { daemonLogger } from "./daemon-logger.ts";
import { idleLoad } from "./hardware.ts";
import { openStoreOf } from "./store-access.ts";
import { Supervisor } from "./supervisor.ts";

export interface MasterHostParts {
  readonly network: Network;
  readonly store: MemoryCoordination;
  readonly planted: PlantedFaults;
  readonly host: string;
  readonly hostClock: HostClock;
  /** Told of each new master what it will go by. */
  readonly begins: (process: SimulatedProcess, state: MasterState, allocator: Allocator) => void;
}

/** Shorter than Mesos's by far: what takes minutes there takes seconds here, in the same order. */
const flagTexts = [
  "--registry=replicated_log",
  "--zk_session_timeout=4secs",
  "--agent_ping_timeout=2secs",
  "--max_agent_ping_timeouts=3",
  "--work_dir=/var/lib/tavola",
  `--port=${masterPort}`,
];
const agentReregisterTimeoutMs = 20_000;

export class MasterHost {
  readonly host: string;
  readonly hostClock: HostClock;
  readonly supervisor: Supervisor;
  readonly #parts: MasterHostParts;
  readonly #flags: MasterFlags;
  #client: Coordination | undefined;
  #starts = 0;

  constructor(parts: MasterHostParts) {
    const { network, host, hostClock } = parts;
    this.host = host;
    this.hostClock = hostClock;
    this.#parts = parts;
    this.#flags = flagsOf(host);
    this.supervisor = new Supervisor(network.world, `master ${host}`, () => this.#start());
  }

  /** Its present client of the store; undefined while it has none. */
  get client(): Coordination | undefined {
    return this.supervisor.process === undefined ? undefined : this.#client;
  }

  #start(): SimulatedProcess {
    const { network, host, hostClock, planted } = this.#parts;
    const { world } = network;
    this.#starts += 1;
    this.#client = undefined;
    const process = new SimulatedProcess(world, `master ${host} #${this.#starts}`, host, hostClock);
    startMaster({
      flags: this.#flags,
      logger: daemonLogger(process),
      clock: process.clock,
      random: process.random,
      machineLoad: () => idleLoad,
      openEndpoint: endpointsOf(network, process, seamsOf(planted, process)),
      openStore: (_url, { sessionTimeoutMs }) => this.#openStore(process, sessionTimeoutMs),
      ...(planted.has("forgets-recovery") && {
        createAllocator: forgetfulAllocators(world.dice("forgetful")),
      }),
      inspect: (state, allocator) => this.#parts.begins(process, state, allocator),
      // A ghost's bugs are nobody's.
      crash: (error) => {
        if (process.isAlive) world.fail(error);
      },
    }).then(
      ({ exited }) => {
        void exited.then(({ code, reason }) => process.end(`exited ${code}: ${reason}`));
      },
      (error: unknown) => process.end(`could not start: ${error}`),
    );
    return process;
  }

  #openStore(process: SimulatedProcess, sessionTimeoutMs: number): Coordination {
    const { store, planted } = this.#parts;
    const client = openStoreOf(store, process, sessionTimeoutMs);
    this.#client = client;
    if (planted.has("leads-after-session")) return neverEnds(client);
    return planted.has("registers-before-durable")
      ? saysWrittenEarly(client, { process, isMeant: isOfRegistry })
      : client;
  }
}

/** A batch of the registry's log. */
function isOfRegistry({ kind, path }: StoreWrite): boolean {
  return kind === "create" && path.includes("/log/");
}

function seamsOf(planted: PlantedFaults, process: SimulatedProcess): EndpointSeams {
  if (planted.has("forgets-kill")) return { passes: forgetsKills(process) };
  if (planted.has("leaves-framework-running")) return { passes: leavesRunning("frameworks") };
  if (planted.has("leaves-gone-agent-running")) return { passes: leavesRunning("agents") };
  return {};
}

function flagsOf(host: string): MasterFlags {
  const { value, error } = parseFlags(masterFlags, {
    arguments: [...flagTexts, `--ip=${host}`, `--hostname=${host}`, `--zk=${storeText}`],
    environment: {},
  });
  if (value === undefined) throw new Error(error);
  // Below what an operator may ask for.
  return Object.freeze({ ...value.values, agent_reregister_timeout: agentReregisterTimeoutMs });
}
