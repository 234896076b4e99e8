/**
 * Where the tasks of one request are, in numbers: kept up to date with every task's record, so that
 * placement asks "how many of this deploy are on that host" without walking tasks.
 *
 * Hosts are counted by their full names and racks as ids of tasks spell them. Tasks that are being
 * cleaned up or killed still take their place on a host, but no longer fill a rack.
 */

import type { TaskRecord } from "../records.ts";

interface DeployCounts {
  /** Neither cleaning nor absent. */
  readonly staying: Map<string, number>;
  readonly cleaning: Map<string, number>;
  /** Tasks that stay and are not being killed. */
  readonly racks: Map<string, number>;
}

const none: ReadonlyMap<string, number> = new Map();

export class RequestCounts {
  /** Active tasks, cleaning ones included. */
  active = 0;
  pending = 0;
  /** Grows with every change that may make a host suitable or unsuitable. */
  version = 0;
  /** Demands that found no place, by their key: with what was known then. */
  readonly failures = new Map<string, FailedAttempt>();
  readonly #hosts = new Map<string, number>();
  readonly #deploys = new Map<string, DeployCounts>();

  /** On how many hosts the request has tasks. */
  get hostsUsed(): number {
    return this.#hosts.size;
  }

  onHost(host: string): number {
    return this.#hosts.get(host) ?? 0;
  }

  staying(deployId: string, host: string): number {
    return this.#deploys.get(deployId)?.staying.get(host) ?? 0;
  }

  cleaning(deployId: string, host: string): number {
    return this.#deploys.get(deployId)?.cleaning.get(host) ?? 0;
  }

  /** Tasks of the deploy by rack; a rack without any is absent. */
  racks(deployId: string): ReadonlyMap<string, number> {
    return this.#deploys.get(deployId)?.racks ?? none;
  }

  /** What the task counts for now counts instead of what it did before. */
  taskFiled(before: TaskRecord | undefined, task: TaskRecord | undefined): void {
    if (before !== undefined && task !== undefined && countsAlike(before, task)) return;
    if (before !== undefined) this.#count(before, -1);
    if (task !== undefined) this.#count(task, 1);
    this.version++;
  }

  #count(task: TaskRecord, by: 1 | -1): void {
    const { deployId, rackId } = task.taskId;
    this.active += by;
    add(this.#hosts, task.hostname, by);
    let deploy = this.#deploys.get(deployId);
    if (deploy === undefined) {
      deploy = { staying: new Map(), cleaning: new Map(), racks: new Map() };
      this.#deploys.set(deployId, deploy);
    }
    add(task.cleanup === undefined ? deploy.staying : deploy.cleaning, task.hostname, by);
    if (fillsRack(task)) add(deploy.racks, rackId, by);
    if (deploy.staying.size === 0 && deploy.cleaning.size === 0) this.#deploys.delete(deployId);
  }
}

export interface FailedAttempt {
  readonly requestVersion: number;
  readonly offersVersion: number;
  readonly machinesVersion: number;
}

function countsAlike(a: TaskRecord, b: TaskRecord): boolean {
  return (
    (a.cleanup === undefined) === (b.cleanup === undefined) &&
    fillsRack(a) === fillsRack(b) &&
    a.hostname === b.hostname
  );
}

function fillsRack(task: TaskRecord): boolean {
  return task.cleanup === undefined && task.kill === undefined;
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
