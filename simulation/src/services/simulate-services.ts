/**
 * One seed, one run of a cluster of services: people ask for things, things go wrong for a while, then
 * nothing does any more and everything must come right.
 *
 *     calm -> faults -> quiet (nobody asks for anything new) -> rest, looked at
 */

import { randomInt } from "@tavola/base";
import { restartsOf } from "../cluster/supervisor.ts";
import { runSeed, type SimulationResult } from "../run-seed.ts";
import { AnnouncedAsHealthy } from "./checks/announced-as-healthy.ts";
import { DrainsInTime } from "./checks/drains-in-time.ts";
import { HistoryOnce } from "./checks/history-once.ts";
import { NothingForgotten } from "./checks/nothing-forgotten.ts";
import { OneWriter } from "./checks/one-writer.ts";
import type { ServiceChecker } from "./checks/service-checker.ts";
import { ServiceRest } from "./checks/service-rest.ts";
import { StartedOnce } from "./checks/started-once.ts";
import { PlantedServiceFaults } from "./planted/planted-service-faults.ts";
import {
  createServiceCluster,
  type ServiceCluster,
  type ServiceClusterOptions,
} from "./service-cluster.ts";
import { beginServiceFaults } from "./service-faults.ts";

/** World time. What is promised to converge does so within `quietMs` after the last fault. */
const stages = {
  calmMs: 8000,
  faultsMs: { min: 15_000, max: 120_000 },
  quietMs: 200_000,
  lookEveryMs: 2000,
} as const;

export function simulateServices(
  seed: number,
  {
    planted = new PlantedServiceFaults(),
    isAnnouncing = false,
  }: Partial<ServiceClusterOptions> = {},
): Promise<SimulationResult> {
  return runSeed(seed, (world) => {
    const cluster = createServiceCluster(world, { planted, isAnnouncing });
    let kinds: readonly string[] = [];
    return {
      async live() {
        kinds = await live(cluster);
      },
      summary: () => summaryOf(cluster, kinds),
    };
  });
}

async function live(cluster: ServiceCluster): Promise<readonly string[]> {
  const { world, watchers, wills, schedulers, masters, agents, discoveries } = cluster;
  const checkers: readonly ServiceChecker[] = [
    new NothingForgotten(cluster),
    new StartedOnce(cluster),
    new OneWriter(),
    new HistoryOnce(cluster),
    new ServiceRest(cluster),
    new AnnouncedAsHealthy(cluster),
    new DrainsInTime(cluster),
  ];
  watchers.observers.push(...checkers);
  const faults = beginServiceFaults(cluster, stages.calmMs);
  const { min, max } = stages.faultsMs;
  const faultsMs = min + randomInt(world.dice("stages"), max - min);
  await world.runUntil(stages.calmMs + faultsMs);
  world.note("the last fault is over");
  faults.end();
  for (const will of wills) will.isQuiet = true;
  for (const { supervisor } of [...schedulers, ...masters, ...agents, ...discoveries]) {
    Object.assign(supervisor.downtime, { msMin: 50, msMax: 500 });
  }
  const restsAtMs = world.nowMs + stages.quietMs;
  while (world.nowMs < restsAtMs) {
    await world.runUntil(world.nowMs + stages.lookEveryMs);
    for (const checker of checkers) checker.goesOn?.();
  }
  for (const checker of checkers) checker.rests?.();
  return faults.kinds;
}

function summaryOf(cluster: ServiceCluster, kinds: readonly string[]): SimulationResult["summary"] {
  const { launches, schedulers, agents, masters, wills, history } = cluster;
  return {
    faults: kinds.join(" "),
    requests: wills.map(({ type }) => type).join(" "),
    schedulers: schedulers.length,
    launches: launches.byId.size,
    ended: history.tasks.size,
    deploys: history.deploys.size,
    schedulerRestarts: restartsOf(schedulers),
    masterRestarts: restartsOf(masters),
    agentRestarts: restartsOf(agents),
    seconds: Math.round(cluster.world.nowMs / 1000),
  };
}
