/**
 * Which faults come in a run, and when: chosen by the seed.
 *
 * Every run leaves most kinds out and has much of the others, so that some runs see one thing go wrong
 * again and again, and some see everything at once.
 */

import type { Cluster } from "../cluster/cluster.ts";
import { type Breakable, type Fault, type FaultContext, faultKinds } from "./fault-kinds.ts";
import { Mending } from "./mending.ts";
import { rareFaultKinds } from "./rare-fault-kinds.ts";

const pauseMs = { min: 300, max: 12_000 } as const;
const rarePauseMs = { min: 8000, max: 40_000 } as const;

export interface FaultPlan {
  readonly kinds: readonly string[];
  /** No more faults; what they did is lifted. */
  end(): void;
}

/** Begins at once, after a first calm while the cluster comes up. */
export function beginFaults(cluster: Cluster, calmMs: number): FaultPlan {
  const { world, network, circumstances } = cluster;
  const random = world.dice("faults");
  const share = random.next();
  const kinds = Object.keys(faultKinds).filter(() => random.next() < share);
  const mending = new Mending(network);
  const often = new Recurring(faultKinds, kinds, { cluster, random, mending }, pauseMs);
  const rareDice = { cluster, random: world.dice("rare faults"), mending };
  const rare = new Recurring(rareFaultKinds, circumstances.rareFaults, rareDice, rarePauseMs);
  world.plan(calmMs, () => often.next());
  if (circumstances.rareFaults.length > 0) world.plan(calmMs, () => rare.next());
  return {
    kinds: [...kinds, ...circumstances.rareFaults],
    end() {
      often.isOver = true;
      rare.isOver = true;
      mending.all();
    },
  };
}

/** One fault after the other, of some kinds, at a pace of this run's own. */
export class Recurring<C extends Breakable> {
  isOver = false;
  readonly #table: Readonly<Record<string, Fault<C>>>;
  readonly #kinds: readonly string[];
  readonly #context: FaultContext<C>;
  readonly #meanMs: number;

  constructor(
    table: Readonly<Record<string, Fault<C>>>,
    kinds: readonly string[],
    context: FaultContext<C>,
    pause: { readonly min: number; readonly max: number },
  ) {
    this.#table = table;
    this.#kinds = kinds;
    this.#context = context;
    this.#meanMs = pause.min + context.random.next() ** 2 * (pause.max - pause.min);
  }

  next(): void {
    if (this.isOver || this.#kinds.length === 0) return;
    const { cluster, random } = this.#context;
    const kind = this.#kinds[Math.floor(random.next() * this.#kinds.length)] as string;
    cluster.world.note(`fault: ${kind}`);
    this.#table[kind]?.(this.#context);
    cluster.world.plan(-Math.log(1 - random.next()) * this.#meanMs, () => this.next());
  }
}
