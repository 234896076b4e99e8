/**
 * Due tasks in the order in which they are to be placed, kept from round to round.
 *
 *     lane (same weight, same needs)   oldest group ─ group ─ group …
 *     lane                             oldest group ─ …          ──► merged, the most urgent first
 *
 * Tasks that ask the same and have been due alike long are a group. Groups that weigh the same and take
 * the same of an agent are a lane: within it the oldest is the most urgent at any time, so the order of
 * all follows from the lanes' heads, and is worked out only as far as there is something to place on.
 * A lane whose tasks no agent has room for is passed over as a whole.
 */

import { popFromHeap, pushOntoHeap } from "@tavola/base";
import type { PendingTask } from "../model/task.ts";
import type { TaskNeeds } from "./task-needs.ts";

/** A due task, and what tells where it stands. */
export interface WaitingTask {
  readonly pending: PendingTask;
  /** Equal for tasks that ask the same. */
  readonly key: string;
  /** Since when it is due. */
  readonly since: number;
  /** What an instant of waiting counts. */
  readonly weight: number;
  readonly needs: TaskNeeds;
}

/** Pending tasks that ask the same and are equally urgent. */
export interface DemandGroup {
  readonly key: string;
  readonly lane: Lane;
  /** Since when they are due. */
  readonly since: number;
  /** Tells groups of one instant apart: which was first. */
  readonly order: number;
  tasks: readonly PendingTask[];
}

interface Lane {
  readonly key: string;
  readonly weight: number;
  readonly needs: TaskNeeds;
  /** The oldest first. */
  readonly groups: DemandGroup[];
}

export class WaitingGroups {
  readonly #lanes = new Map<string, Lane>();
  readonly #ofRequest = new Map<string, ReadonlyMap<string, DemandGroup>>();
  #groupsMade = 0;

  /** Whether groups of the request are kept, which `regroup` would take out. */
  has(requestId: string): boolean {
    return this.#ofRequest.has(requestId);
  }

  /**
   * The request's due tasks are these now. Not in the middle of a round. PERF: O(its due tasks), and
   * the move of what stands behind a new or lost group in its lane.
   */
  regroup(requestId: string, due: readonly WaitingTask[]): void {
    const before = this.#ofRequest.get(requestId);
    if (before === undefined && due.length === 0) return;
    const groups = new Map<string, DemandGroup>();
    const tasks = new Map<DemandGroup, PendingTask[]>();
    for (const { pending, key, since, weight, needs } of due) {
      const lane = laneKeyOf(weight, needs);
      const name = `${key} ${since} ${lane}`;
      let group = groups.get(name) ?? before?.get(name);
      if (group === undefined) {
        group = { key, lane: this.#lane(lane, weight, needs), since, order: 0, tasks: [] };
        group = this.#insert(group);
      }
      groups.set(name, group);
      const others = tasks.get(group);
      if (others === undefined) tasks.set(group, [pending]);
      else others.push(pending);
    }
    for (const [group, its] of tasks) group.tasks = its;
    for (const [name, group] of before ?? []) if (!groups.has(name)) this.#remove(group);
    if (groups.size === 0) this.#ofRequest.delete(requestId);
    else this.#ofRequest.set(requestId, groups);
  }

  /** All of them. PERF: O(lanes); lanes are few. */
  inOrder(now: number): UrgencyOrder {
    return new UrgencyOrder(
      [...this.#lanes.values()].map(({ groups }) => groups),
      now,
    );
  }

  /** Those of the requests only. PERF: O(their groups). */
  inOrderOf(requestIds: Iterable<string>, now: number): UrgencyOrder {
    const lanes = new Map<Lane, DemandGroup[]>();
    for (const requestId of requestIds) {
      for (const group of this.#ofRequest.get(requestId)?.values() ?? []) {
        const groups = lanes.get(group.lane);
        if (groups === undefined) lanes.set(group.lane, [group]);
        else groups.push(group);
      }
    }
    for (const groups of lanes.values()) groups.sort((a, b) => (isOlder(a, b) ? -1 : 1));
    return new UrgencyOrder([...lanes.values()], now);
  }

  #lane(key: string, weight: number, needs: TaskNeeds): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { key, weight, needs, groups: [] };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #insert(made: DemandGroup): DemandGroup {
    const group = { ...made, order: ++this.#groupsMade };
    const { groups } = group.lane;
    let at = groups.length;
    while (at > 0 && isOlder(group, groups[at - 1] as DemandGroup)) at--;
    groups.splice(at, 0, group);
    return group;
  }

  #remove(group: DemandGroup): void {
    const { key, groups } = group.lane;
    groups.splice(placeOf(group, groups), 1);
    if (groups.length === 0) this.#lanes.delete(key);
  }
}

/** Groups, the most urgent first, as of one instant. Valid until the next `regroup`. */
export class UrgencyOrder {
  readonly #heads: Head[] = [];
  readonly #now: number;
  #first: Head | undefined;

  constructor(lanes: readonly (readonly DemandGroup[])[], now: number) {
    this.#now = now;
    for (const groups of lanes) this.#push(groups, 0);
    this.#first = popFromHeap(this.#heads, isMoreUrgent);
  }

  /** undefined: there is none any more. */
  get first(): DemandGroup | undefined {
    return this.#first?.group;
  }

  /** The first is done with. PERF: O(log lanes). */
  next(): void {
    if (this.#first !== undefined) this.#push(this.#first.groups, this.#first.at + 1);
    this.#first = popFromHeap(this.#heads, isMoreUrgent);
  }

  /** So are all others of its lane. */
  nextLane(): void {
    this.#first = popFromHeap(this.#heads, isMoreUrgent);
  }

  #push(groups: readonly DemandGroup[], at: number): void {
    const group = groups[at];
    if (group === undefined) return;
    const urgency = urgencyOf(group.lane.weight, this.#now - group.since);
    pushOntoHeap(this.#heads, { group, groups, at, urgency }, isMoreUrgent);
  }
}

interface Head {
  readonly group: DemandGroup;
  readonly groups: readonly DemandGroup[];
  readonly at: number;
  readonly urgency: number;
}

function isMoreUrgent(a: Head, b: Head): boolean {
  if (a.urgency !== b.urgency) return a.urgency > b.urgency;
  return a.group.order < b.group.order;
}

function isOlder(a: DemandGroup, b: DemandGroup): boolean {
  return a.since !== b.since ? a.since < b.since : a.order < b.order;
}

function placeOf(group: DemandGroup, groups: readonly DemandGroup[]): number {
  let [from, to] = [0, groups.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isOlder(groups[middle] as DemandGroup, group)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The greater, the sooner. */
function urgencyOf(weight: number, overdueMs: number): number {
  return Math.max(overdueMs, 1) * weight;
}

function laneKeyOf(weight: number, needs: TaskNeeds): string {
  const { cpusMilli, memoryMbMilli, diskMbMilli, numPorts, literalPorts, role } = needs;
  return `${weight} ${cpusMilli} ${memoryMbMilli} ${diskMbMilli} ${numPorts} ${literalPorts.join()} ${role}`;
}
