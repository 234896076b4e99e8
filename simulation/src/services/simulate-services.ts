/**
 * One seed, one run of a cluster of services: people ask for things, things go wrong for a while, then
 * nothing does any more and everything must come right.
 *
 *     calm -> faults -> quiet (nobody asks for anything new) -> rest, looked at
 */

import { randomInt } from "@tavola/base";
import type { SimulationResult } from "../simulate.ts";
import { Violation, World } from "../world/world.ts";
import { HistoryOnce } from "./checks/history-once.ts";
import { NothingForgotten } from "./checks/nothing-forgotten.ts";
import { OneWriter } from "./checks/one-writer.ts";
import type { ServiceChecker } from "./checks/service-checker.ts";
import { ServiceRest } from "./checks/service-rest.ts";
import { StartedOnce } from "./checks/started-once.ts";
import { PlantedServiceFaults } from "./planted/planted-service-faults.ts";
import { createServiceCluster, type ServiceCluster } from "./service-cluster.ts";
import { beginServiceFaults } from "./service-faults.ts";

/** World time. What is promised to converge does so within `quietMs` after the last fault. */
const stages = {
  calmMs: 8000,
  faultsMs: { min: 15_000, max: 120_000 },
  quietMs: 200_000,
} as const;

/** Never rejects because of what it simulates. */
export async function simulateServices(
  seed: number,
  planted: PlantedServiceFaults = new PlantedServiceFaults(),
): Promise<SimulationResult> {
  const world = new World(seed);
  const rejected = (reason: unknown): void => world.fail(reason);
  process.on("unhandledRejection", rejected);
  let cluster: ServiceCluster | undefined;
  let kinds: readonly string[] = [];
  let failure: SimulationResult["failure"];
  try {
    cluster = createServiceCluster(world, planted);
    kinds = await live(cluster);
  } catch (error) {
    failure = describeFailure(error);
    world.note(`FAILED: ${failure.checker}: ${failure.message}`);
  } finally {
    process.off("unhandledRejection", rejected);
  }
  const { events, log } = world;
  return { seed, failure, events, hash: log.hash, log, summary: summaryOf(cluster, kinds) };
}

async function live(cluster: ServiceCluster): Promise<readonly string[]> {
  const { world, watchers, wills, schedulers, masters, agents } = cluster;
  const checkers: readonly ServiceChecker[] = [
    new NothingForgotten(cluster),
    new StartedOnce(cluster),
    new OneWriter(),
    new HistoryOnce(cluster),
    new ServiceRest(cluster),
  ];
  watchers.observers.push(...checkers);
  const faults = beginServiceFaults(cluster, stages.calmMs);
  const { min, max } = stages.faultsMs;
  const faultsMs = min + randomInt(world.dice("stages"), max - min);
  await world.runUntil(stages.calmMs + faultsMs);
  world.note("the last fault is over");
  faults.end();
  for (const will of wills) will.isQuiet = true;
  for (const { supervisor } of [...schedulers, ...masters, ...agents]) {
    Object.assign(supervisor.downtime, { msMin: 50, msMax: 500 });
  }
  await world.runUntil(world.nowMs + stages.quietMs);
  for (const checker of checkers) checker.rests?.();
  return faults.kinds;
}

function describeFailure(error: unknown): { checker: string; message: string } {
  if (error instanceof Violation) return { checker: error.checker, message: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { checker: "crash", message: stack };
}

function summaryOf(
  cluster: ServiceCluster | undefined,
  kinds: readonly string[],
): SimulationResult["summary"] {
  if (cluster === undefined) return {};
  const { launches, schedulers, agents, masters, wills, history } = cluster;
  const restarts = (hosts: readonly { supervisor: { restarts: number } }[]): number =>
    hosts.reduce((sum, { supervisor }) => sum + supervisor.restarts, 0);
  return {
    faults: kinds.join(" "),
    requests: wills.map(({ type }) => type).join(" "),
    schedulers: schedulers.length,
    launches: launches.byId.size,
    ended: history.tasks.size,
    deploys: history.deploys.size,
    schedulerRestarts: restarts(schedulers),
    masterRestarts: restarts(masters),
    agentRestarts: restarts(agents),
    seconds: Math.round(cluster.world.nowMs / 1000),
  };
}
