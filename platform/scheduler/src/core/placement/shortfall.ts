/**
 * What an agent lacks for a task, in numbers and in words.
 */

import type { OfferedAgent } from "./offer-cache.ts";
import { poolFor } from "./resource-rules.ts";
import type { TaskNeeds } from "./task-needs.ts";

/** One resource of which there is too little. */
export interface Lack {
  readonly needs: number;
  readonly has: number;
  /** After a number: "4 cpus". */
  readonly unit: string;
}

/** Resources that do not suffice; none when all do. */
export function lacksOf(needs: TaskNeeds, agent: OfferedAgent): Lack[] {
  const pool = poolFor(needs, agent);
  const lacks: Lack[] = [];
  const check = (needed: number, free: number, unit: string): void => {
    if (free < needed) lacks.push({ needs: needed, has: free, unit });
  };
  check(needs.cpusMilli / 1000, (pool?.cpusMilli ?? 0) / 1000, "cpus");
  check(needs.memoryMbMilli / 1000, (pool?.memoryMbMilli ?? 0) / 1000, "MB of memory");
  check(needs.diskMbMilli / 1000, (pool?.diskMbMilli ?? 0) / 1000, "MB of disk");
  check(needs.numPorts + needs.literalPorts.length, pool?.ports.count ?? 0, "ports");
  return lacks;
}

/** Ports that were asked for by number and are not free. */
export function takenPorts(needs: TaskNeeds, agent: OfferedAgent): number[] {
  const pool = poolFor(needs, agent);
  return needs.literalPorts.filter((port) => pool?.ports.has(port) !== true);
}

/** 0: nothing is lacking; each resource that is wholly absent counts 1. */
export function distanceOf(lacks: readonly Lack[], taken: readonly number[]): number {
  let distance = taken.length;
  for (const { needs, has } of lacks) distance += 1 - has / needs;
  return distance;
}

/** As people write them: no more than two decimals. */
export function formatAmount(amount: number): string {
  return String(Math.round(amount * 100) / 100);
}
