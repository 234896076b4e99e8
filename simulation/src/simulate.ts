/**
 * One seed, one run: a cluster comes up, things go wrong for a while, then nothing does any more and
 * everything must come right.
 *
 *     calm -> faults -> quiet (nothing new is launched) -> offers are kept -> rest, looked at
 *
 * The checkers watch all the way, and look at the whole at the end.
 */

import { randomInt } from "@tavola/base";
import { AcknowledgedOnce } from "./checks/acknowledged-once.ts";
import { Books } from "./checks/books.ts";
import type { Checker } from "./checks/checker.ts";
import { Convergence } from "./checks/convergence.ts";
import { DurableRegistry } from "./checks/durable-registry.ts";
import { DurableUpdates } from "./checks/durable-updates.ts";
import { FrameworksKept } from "./checks/frameworks-kept.ts";
import { GoneAgents } from "./checks/gone-agents.ts";
import { MasterStates } from "./checks/master-states.ts";
import { OneLeader } from "./checks/one-leader.ts";
import { ResourcesOnce } from "./checks/resources-once.ts";
import { Stops } from "./checks/stops.ts";
import { ToldStates } from "./checks/told-states.ts";
import { registryPath } from "./cluster/addresses.ts";
import { chooseCircumstances, plainCircumstances } from "./cluster/circumstances.ts";
import { type Cluster, createCluster } from "./cluster/cluster.ts";
import { restartsOf } from "./cluster/supervisor.ts";
import { beginFaults } from "./faults/fault-plan.ts";
import { PlantedFaults } from "./planted/planted-faults.ts";
import { runSeed, type SimulationResult } from "./run-seed.ts";
import type { SimulatedProcess } from "./world/process.ts";
import type { World } from "./world/world.ts";

/** World time. What is promised to converge does so within `quietMs + keepMs` after the last fault. */
const stages = {
  calmMs: 6000,
  faultsMs: { min: 20_000, max: 150_000 },
  quietMs: 160_000,
  keepMs: 60_000,
  /** At the end of it: long enough that nothing should be repeated any more. */
  askBeforeMs: 2000,
} as const;
const lookMs = 1000;

export interface SimulationOptions {
  readonly planted?: PlantedFaults;
  /** Without what is unusual: framework lives, agents that are given up, … */
  readonly isPlain?: boolean;
}

export function simulate(
  seed: number,
  { planted = new PlantedFaults(), isPlain = false }: SimulationOptions = {},
): Promise<SimulationResult> {
  return runSeed(seed, (world) => {
    const masterStates = new MasterStates();
    const cluster = createCluster(world, {
      planted,
      circumstances: isPlain
        ? plainCircumstances
        : chooseCircumstances(world.dice("circumstances")),
      begins: (process, state, allocator) => masterStates.begins(process, state, allocator),
    });
    let kinds: readonly string[] = [];
    return {
      async live() {
        kinds = await live(cluster, masterStates);
      },
      summary: () => summaryOf(cluster, kinds),
    };
  });
}

async function live(cluster: Cluster, masterStates: MasterStates): Promise<readonly string[]> {
  const { world, ledger, totals, store, network } = cluster;
  const isMaster = (process: SimulatedProcess): boolean => process.host.startsWith("10.0.0.");
  const convergence = new Convergence(cluster);
  masterStates.knows(ledger.removed);
  const books = new Books(cluster);
  const checkers: readonly Checker[] = [
    new OneLeader(isMaster),
    new DurableRegistry(store, registryPath),
    new DurableUpdates(cluster.agents, ledger),
    masterStates,
    new ResourcesOnce(ledger, totals),
    new GoneAgents(ledger),
    new FrameworksKept(cluster.frameworks, ledger),
    convergence,
    new ToldStates(ledger),
    new Stops(ledger),
    new AcknowledgedOnce(cluster),
    books,
  ];
  network.observers.push(...checkers);
  lookRegularly(world, checkers);

  const faults = beginFaults(cluster, stages.calmMs);
  const { min, max } = stages.faultsMs;
  const faultsMs = min + randomInt(world.dice("stages"), max - min);
  await world.runUntil(stages.calmMs + faultsMs);
  world.note("the last fault is over");
  faults.end();
  beQuiet(cluster);
  await world.runUntil(world.nowMs + stages.quietMs);
  world.note("offers are kept from now on");
  convergence.calmBegins();
  for (const { will } of cluster.frameworks) will.holdsOffers = true;
  await world.runUntil(world.nowMs + stages.keepMs - stages.askBeforeMs);
  books.ask();
  await world.runUntil(world.nowMs + stages.askBeforeMs);
  for (const checker of checkers) checker.rests?.();
  return faults.kinds;
}

function lookRegularly(world: World, checkers: readonly Checker[]): void {
  world.plan(lookMs, () => {
    for (const checker of checkers) checker.looks?.();
    lookRegularly(world, checkers);
  });
}

/** Nothing new is launched, and what is down comes up soon. */
function beQuiet({ frameworks, masters, agents }: Cluster): void {
  for (const { will } of frameworks) will.isQuiet = true;
  for (const { supervisor } of [...masters, ...agents, ...frameworks]) {
    Object.assign(supervisor.downtime, { msMin: 50, msMax: 500 });
  }
}

function summaryOf(cluster: Cluster, kinds: readonly string[]): SimulationResult["summary"] {
  const { ledger, masters, agents, frameworks } = cluster;
  return {
    faults: kinds.join(" "),
    agents: agents.length,
    frameworks: frameworks.length,
    tasks: ledger.tasks.size,
    masterRestarts: restartsOf(masters),
    agentRestarts: restartsOf(agents),
    frameworkRestarts: restartsOf(frameworks),
    seconds: Math.round(cluster.world.nowMs / 1000),
  };
}
