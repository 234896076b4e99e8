/**
 * Which faults come in a run, and when: chosen by the seed.
 *
 * Every run leaves most kinds out and has much of the others, so that some runs see one thing go wrong
 * again and again, and some see everything at once.
 */

import type { Cluster } from "../cluster/cluster.ts";
import { type FaultContext, faultKinds } from "./fault-kinds.ts";
import { Mending } from "./mending.ts";

const pauseMs = { min: 300, max: 12_000 } as const;

export interface FaultPlan {
  readonly kinds: readonly string[];
  /** No more faults; what they did is lifted. */
  end(): void;
}

/** Begins at once, after a first calm while the cluster comes up. */
export function beginFaults(cluster: Cluster, calmMs: number): FaultPlan {
  const { world, network } = cluster;
  const random = world.dice("faults");
  const share = random.next();
  const kinds = Object.keys(faultKinds).filter(() => random.next() < share);
  const meanMs = pauseMs.min + random.next() ** 2 * (pauseMs.max - pauseMs.min);
  const mending = new Mending(network);
  const context: FaultContext = { cluster, random, mending };
  let isOver = false;
  const next = (): void => {
    if (isOver || kinds.length === 0) return;
    const kind = kinds[Math.floor(random.next() * kinds.length)] as string;
    world.note(`fault: ${kind}`);
    faultKinds[kind]?.(context);
    world.plan(-Math.log(1 - random.next()) * meanMs, next);
  };
  world.plan(calmMs, next);
  return {
    kinds,
    end() {
      isOver = true;
      mending.all();
    },
  };
}
