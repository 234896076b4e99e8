/**
 * A scheduler of services: the real one, on a simulated host, started again whenever it ends.
 */

import { fileURLToPath } from "node:url";
import type { Coordination, MemoryCoordination, StoreWrite } from "@tavola/coordination";
import { parseFlags } from "@tavola/host";
import type { TaskInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import {
  type Engine,
  type SchedulerFlags,
  schedulerFlags,
  startScheduler,
} from "@tavola/scheduler";
import type { AgentHost } from "../cluster/agent-host.ts";
import { daemonLogger } from "../cluster/daemon-logger.ts";
import type { Ledger } from "../cluster/ledger.ts";
import { openStoreOf } from "../cluster/store-access.ts";
import { Supervisor } from "../cluster/supervisor.ts";
import { saysWrittenEarly } from "../planted/hasty-writes.ts";
import type { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import { endpointsOf } from "../world/simulated-endpoint.ts";
import type { Launches } from "./launches.ts";
import type { PlantedServiceFaults } from "./planted/planted-service-faults.ts";
import { schedulerCalls } from "./scheduler-calls.ts";
import type { ServiceWatchers } from "./service-watchers.ts";
import { connectHistory, type HistoryDatabase } from "./simulated-history.ts";
import { simulatedProbe } from "./simulated-probe.ts";

export const schedulerPort = 7099;
const frameworkName = "Services";

export interface SchedulerHostParts {
  readonly network: Network;
  readonly store: MemoryCoordination;
  readonly ledger: Ledger;
  readonly launches: Launches;
  readonly history: HistoryDatabase;
  readonly agents: readonly AgentHost[];
  readonly masters: readonly string[];
  readonly planted: PlantedServiceFaults;
  readonly watchers: ServiceWatchers;
  /** Where tasks are announced; absent: nowhere. */
  readonly discovery?: string;
  readonly host: string;
  readonly hostClock: HostClock;
}

export class SchedulerHost {
  readonly host: string;
  readonly hostClock: HostClock;
  readonly supervisor: Supervisor;
  readonly #parts: SchedulerHostParts;
  readonly #flags: SchedulerFlags;
  #client: Coordination | undefined;
  #engine: Engine | undefined;
  #starts = 0;

  constructor(parts: SchedulerHostParts) {
    const { host, hostClock, network } = parts;
    this.host = host;
    this.hostClock = hostClock;
    this.#parts = parts;
    this.#flags = flagsOf(parts);
    this.supervisor = new Supervisor(network.world, `scheduler ${host}`, () => this.#start());
  }

  /** Its present client of the store; undefined while it has none. */
  get client(): Coordination | undefined {
    return this.supervisor.process === undefined ? undefined : this.#client;
  }

  /** What it decides with, once it leads; undefined before, and while it is down. */
  get engine(): Engine | undefined {
    return this.supervisor.process === undefined ? undefined : this.#engine;
  }

  #start(): SimulatedProcess {
    const { network, host, hostClock, planted, history, agents, watchers } = this.#parts;
    const { world } = network;
    this.#starts += 1;
    this.#client = undefined;
    this.#engine = undefined;
    const name = `scheduler ${host} #${this.#starts}`;
    const process = new SimulatedProcess(world, name, host, hostClock);
    const beganOffsetMs = hostClock.offsetMs;
    const logger = daemonLogger(process);
    startScheduler({
      flags: this.#flags,
      logger,
      clock: process.clock,
      wallNow: () => process.clock.now() - beganOffsetMs + hostClock.offsetMs,
      random: process.random,
      openEndpoint: endpointsOf(network, process),
      openStore: () => this.#openStore(process),
      world: {
        clock: process.clock,
        random: process.random,
        logger,
        http: schedulerCalls({
          network,
          process,
          launches: (info) => this.#launches(process, info),
          swallowed: planted.swallowedCall,
        }),
      },
      openHistory: () =>
        connectHistory({ database: history, process, isHasty: planted.has("confirms-early") }),
      openProbe: () => simulatedProbe({ network, process, agents }),
      inspect: (engine) => {
        if (!process.isAlive) return;
        this.#engine = engine;
        world.note(`${process.name} leads with what was kept`);
        watchers.begins(process, engine);
      },
      // A ghost's bugs are nobody's.
      crash: (error) => {
        if (process.isAlive) world.fail(error.cause ?? error);
      },
    }).then(
      ({ exited }) => {
        void exited.then(({ code, reason }) => process.end(`exited ${code}: ${reason}`));
      },
      (error: unknown) => process.end(`could not start: ${error}`),
    );
    return process;
  }

  #openStore(process: SimulatedProcess): Coordination {
    const { store, planted, watchers } = this.#parts;
    const client = openStoreOf(store, process, sessionTimeoutMs);
    this.#client = client;
    const watched = watchers.watchWrites(client, process);
    return planted.has("launches-early")
      ? saysWrittenEarly(watched, { process, isMeant: isOfRecords })
      : watched;
  }

  #launches(process: SimulatedProcess, info: TaskInfo): void {
    const { ledger, launches, watchers, network } = this.#parts;
    const taskId = info.task_id.value;
    const engine = this.#engine;
    const record = engine?.state.records.task.get(taskId);
    if (engine === undefined || record === undefined || launches.byId.has(taskId)) {
      watchers.launchesAgain(process, taskId, record !== undefined);
      return;
    }
    ledger.intended({
      framework: frameworkName,
      frameworkId: engine.state.link.frameworkId ?? "",
      taskId,
      own: Resources.of(info.resources ?? []),
      intendedMs: network.world.nowMs,
      agent: record.hostname,
      agentId: record.agentId,
      checkpoints: true,
    });
    watchers.launches(engine, launches.add(record, ledger.task(frameworkName, taskId)));
  }
}

/** More than the head, which says who leads. */
function isOfRecords({ path }: StoreWrite): boolean {
  return path.includes("/records/") && !path.endsWith("/records/state");
}

const sessionTimeoutMs = 4000;

function flagsOf({ host, masters, discovery }: SchedulerHostParts): SchedulerFlags {
  const { value, error } = parseFlags(schedulerFlags, {
    arguments: [
      `--ip=${host}`,
      `--hostname=${host}`,
      `--port=${schedulerPort}`,
      `--master=${masters.join(",")}`,
      `--framework_name=${frameworkName}`,
      `--framework_id=${frameworkName}`,
      "--user=root",
      "--work_dir=/var/lib/tavola",
      "--store=zk://10.0.9.1:2181/services",
      ...(discovery === undefined ? [] : [`--discovery=${discovery}`]),
      `--config=${fileURLToPath(new URL("scheduler.json", import.meta.url))}`,
    ],
    environment: {},
  });
  if (value === undefined) throw new Error(error);
  return value.values;
}
