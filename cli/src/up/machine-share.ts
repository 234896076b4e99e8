/**
 * What each agent of a cluster on one machine offers: an equal share of the machine.
 *
 * Mesos's own rule for one agent per machine (1 GB of memory and 5 GB of disk are left to the
 * system, or half where there is little), then divided by the number of agents, so that together
 * they offer the machine once. Ports 31000 to 32000 are dealt out in equal ranges.
 */

import { statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";

export interface Machine {
  readonly cpus: number;
  readonly memBytes: number;
  /** Of the file system that holds the work directory. */
  readonly diskBytes: number;
}

export interface Share {
  readonly cpus: number;
  readonly memMb: number;
  readonly diskMb: number;
  /** First and last port. */
  readonly ports: readonly [number, number];
}

const mb = 1024 * 1024;
const gb = 1024 * mb;
const firstPort = 31_000;
const portCount = 1000;

export function readMachine(workDir: string): Machine {
  const { bsize, blocks } = statfsSync(workDir);
  return { cpus: availableParallelism(), memBytes: totalmem(), diskBytes: bsize * blocks };
}

/** The share of agent `index` (from 0) of `count`. */
export function shareOf(machine: Machine, index: number, count: number): Share {
  const leftOf = (bytes: number, enough: number, reserve: number): number =>
    bytes >= enough ? bytes - reserve : bytes / 2;
  const memBytes = leftOf(machine.memBytes, 2 * gb, gb);
  const diskBytes = leftOf(machine.diskBytes, 10 * gb, 5 * gb);
  const ports = Math.floor(portCount / count);
  const begin = firstPort + index * ports;
  return {
    cpus: Math.floor((machine.cpus / count) * 10) / 10,
    memMb: Math.floor(memBytes / mb / count),
    diskMb: Math.floor(diskBytes / mb / count),
    ports: [begin, begin + ports - 1],
  };
}

/** In Mesos's grammar, for `--resources`. */
export function formatShare({ cpus, memMb, diskMb, ports }: Share): string {
  return `cpus:${cpus};mem:${memMb};disk:${diskMb};ports:[${ports[0]}-${ports[1]}]`;
}
