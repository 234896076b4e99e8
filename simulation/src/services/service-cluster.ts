/**
 * A cluster that runs services: masters, agents on machines, schedulers with their store and history,
 * and people who ask them for things.
 *
 * Addresses: masters 10.0.0.1…, agents 10.0.1.1…, schedulers 10.0.2.1…, people 10.0.3.5, who asks
 * discovery 10.0.3.6, discovery 10.0.4.1.
 */

import { randomInt } from "@tavola/base";
import { createMemoryCoordination } from "@tavola/coordination";
import type { Announcement } from "@tavola/sdk";
import { masterPort } from "../cluster/addresses.ts";
import { AgentHost } from "../cluster/agent-host.ts";
import { Ledger } from "../cluster/ledger.ts";
import { Machine } from "../cluster/machine.ts";
import { MasterHost } from "../cluster/master-host.ts";
import type { Breakable } from "../faults/fault-kinds.ts";
import { PlantedFaults } from "../planted/planted-faults.ts";
import { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import type { World } from "../world/world.ts";
import { ApiClient } from "./api-client.ts";
import { DiscoveryHost, watchServices } from "./discovery-host.ts";
import { Launches } from "./launches.ts";
import type { PlantedServiceFaults } from "./planted/planted-service-faults.ts";
import { type RequestType, RequestWill, requestTypes } from "./request-will.ts";
import { SchedulerHost } from "./scheduler-host.ts";
import { ServiceWatchers } from "./service-watchers.ts";
import { HistoryDatabase } from "./simulated-history.ts";

export interface ServiceCluster extends Breakable {
  readonly ledger: Ledger;
  readonly launches: Launches;
  readonly history: HistoryDatabase;
  readonly schedulers: readonly SchedulerHost[];
  readonly wills: readonly RequestWill[];
  readonly watchers: ServiceWatchers;
  /** Where tasks are announced; none in runs without it. */
  readonly discoveries: readonly DiscoveryHost[];
  /** What is found there. */
  readonly announced?: () => readonly Announcement[];
}

export interface ServiceClusterOptions {
  readonly planted: PlantedServiceFaults;
  /** With a discovery server. Another history than without, from the same seed. */
  readonly isAnnouncing: boolean;
}

/** Everybody is started; nothing has happened yet. */
export function createServiceCluster(
  world: World,
  { planted, isAnnouncing }: ServiceClusterOptions,
): ServiceCluster {
  const random = world.dice("service cluster");
  const network = new Network(world);
  const rightClock = { offsetMs: 0, rate: 1 };
  const storeClock = new SimulatedProcess(world, "store", "10.0.9.1", rightClock).clock;
  const store = createMemoryCoordination({ clock: storeClock, random: world.dice("store") });
  const clockOf = (): HostClock => ({
    offsetMs: (random.next() - 0.5) * 200,
    rate: 1 + (random.next() - 0.5) * 0.002,
  });
  const nothing = new PlantedFaults();
  const ledger = new Ledger();
  const masters = [1, 2].map((n) => {
    const host = `10.0.0.${n}`;
    return new MasterHost({
      network,
      store,
      planted: nothing,
      host,
      hostClock: clockOf(),
      begins: () => {},
    });
  });
  const agents = Array.from({ length: 2 + randomInt(random, 2) }, (_, index) => {
    const machine = new Machine(network, ledger, `10.0.1.${index + 1}`, clockOf());
    const resources = "cpus:8;mem:4096;disk:10000;ports:[31000-31099]";
    return new AgentHost({ machine, store, planted: nothing, resources });
  });
  const discoveries = isAnnouncing ? [new DiscoveryHost(network, store, "10.0.4.1")] : [];
  const [discovery] = discoveries;
  const common = {
    ...{ network, store, ledger, agents, planted },
    launches: new Launches(),
    history: new HistoryDatabase(),
    watchers: new ServiceWatchers(world),
    masters: masters.map(({ host }) => `${host}:${masterPort}`),
    ...(discovery === undefined ? {} : { discovery: discovery.url }),
  };
  const schedulers = Array.from(
    { length: 1 + randomInt(random, 2) },
    (_, index) =>
      new SchedulerHost({ ...common, host: `10.0.2.${index + 1}`, hostClock: clockOf() }),
  );
  const hosts = schedulers.map(({ host }) => host);
  const wills = Array.from({ length: 3 + randomInt(random, 4) }, (_, index) => {
    const id = `r${index + 1}`;
    const type = requestTypes[randomInt(random, requestTypes.length)] as RequestType;
    const api = new ApiClient(network, hosts, `owner of ${id}`);
    return new RequestWill(id, index === 0 ? "SERVICE" : type, api, world.dice(`will of ${id}`));
  });
  const announced = discovery && watchServices(network, "10.0.3.6", discovery);
  for (const { supervisor } of [...discoveries, ...masters, ...agents, ...schedulers]) {
    supervisor.start();
  }
  for (const will of wills) will.live().catch((error: unknown) => world.fail(error));
  const { launches, history, watchers } = common;
  const nodes = { masters, agents, schedulers, frameworks: schedulers };
  const people = { wills, discoveries, ...(announced === undefined ? {} : { announced }) };
  return { world, network, store, ledger, ...nodes, launches, history, watchers, ...people };
}
