/**
 * A whole cluster in one world: the store, masters, agents on their machines, frameworks, and the
 * ledger of what is true.
 *
 * Addresses are fixed: masters are 10.0.0.1…, agents 10.0.1.1…, frameworks 10.0.2.1…
 */

import { randomInt } from "@tavola/base";
import { createMemoryCoordination, type MemoryCoordination } from "@tavola/coordination";
import { parseResources, Resources } from "@tavola/resources";
import type { PlantedFaults } from "../planted/planted-faults.ts";
import { Network } from "../world/network.ts";
import { type HostClock, SimulatedProcess } from "../world/process.ts";
import type { World } from "../world/world.ts";
import { masterPort } from "./addresses.ts";
import { AgentHost } from "./agent-host.ts";
import type { Circumstances } from "./circumstances.ts";
import { FrameworkHost } from "./framework-host.ts";
import { Ledger } from "./ledger.ts";
import { Machine } from "./machine.ts";
import { MasterHost, type MasterHostParts } from "./master-host.ts";
import { Operator } from "./operator.ts";
import { readableChunk } from "./stream-log.ts";

export interface Cluster {
  readonly world: World;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly store: MemoryCoordination;
  readonly masters: readonly MasterHost[];
  readonly agents: readonly AgentHost[];
  readonly frameworks: readonly FrameworkHost[];
  readonly operator: Operator;
  readonly circumstances: Circumstances;
  /** What each machine has, by host. */
  readonly totals: ReadonlyMap<string, Resources>;
}

export interface ClusterOptions {
  readonly planted: PlantedFaults;
  readonly circumstances: Circumstances;
  readonly begins: MasterHostParts["begins"];
}

/** Everybody is started; nothing has happened yet. */
export function createCluster(
  world: World,
  { planted, circumstances, begins }: ClusterOptions,
): Cluster {
  const random = world.dice("cluster");
  const network = new Network(world);
  network.describeChunk = (from, to, chunk) => {
    if (!from.name.startsWith("master")) return;
    world.note(`${from.name} tells ${to.client}`, chunk, () => readableChunk(chunk));
  };
  const ledger = new Ledger();
  const storeClock = new SimulatedProcess(world, "store", "10.0.9.1", rightClock()).clock;
  const store = createMemoryCoordination({ clock: storeClock, random: world.dice("store") });
  const clockOf = (): HostClock => ({
    offsetMs: (random.next() - 0.5) * 200,
    rate: 1 + (random.next() - 0.5) * 0.002,
  });
  const masters = [1, 2, 3].map(
    (n) =>
      new MasterHost({
        network,
        store,
        planted,
        host: `10.0.0.${n}`,
        hostClock: clockOf(),
        begins,
      }),
  );
  const totals = new Map<string, Resources>();
  const agents = Array.from({ length: 2 + randomInt(random, 3) }, (_, index) => {
    const host = `10.0.1.${index + 1}`;
    const resources = `cpus:${1 + randomInt(random, 4)};mem:${256 * (1 + randomInt(random, 4))};disk:1000;ports:[31000-31009]`;
    totals.set(host, Resources.of(parseResources(resources).value ?? []));
    const machine = new Machine(network, ledger, host, clockOf());
    return new AgentHost({ machine, store, planted, resources });
  });
  const addresses = masters.map((master) => `${master.host}:${masterPort}`);
  const operator = new Operator({ network, ledger, masters: addresses });
  operator.looksAfter(agents);
  const frameworks = Array.from({ length: 1 + randomInt(random, 3) }, (_, index) => {
    const name = `fw${index + 1}`;
    const host = `10.0.2.${index + 1}`;
    const hostClock = clockOf();
    const common = { network, ledger, masters: addresses, circumstances };
    return new FrameworkHost({ ...common, name, host, hostClock });
  });
  for (const { supervisor } of [...masters, ...agents, ...frameworks]) supervisor.start();
  const nodes = { masters, agents, frameworks, operator };
  return { world, network, ledger, store, ...nodes, circumstances, totals };
}

function rightClock(): HostClock {
  return { offsetMs: 0, rate: 1 };
}
