/**
 * What placement keeps beside the records, each thing brought up to date by the record that changes
 * it: who is due, where tasks are, what they hold, and what was found out when it was last tried.
 *
 * Nothing of it survives; all of it follows from the records and from what agents report.
 */

import type { PendingTask, TaskHistory } from "../model/task.ts";
import type { AgentUsage } from "../model/usage.ts";
import type { RackRecord, RecordKind, TaskRecord } from "../records.ts";
import type { SchedulerState } from "../state.ts";
import { DueTasks } from "./due-tasks.ts";
import type { PlacementRound } from "./placement-round.ts";
import { RequestCounts } from "./request-counts.ts";
import { WaitingGroups } from "./waiting-groups.ts";

/** Cpus, and MB of memory and disk. */
export interface Amounts {
  cpus: number;
  memoryMb: number;
  diskMb: number;
}

export interface MeasuredUsage {
  readonly usage: AgentUsage;
  /** Given to tasks since it was measured. */
  readonly added: Amounts;
}

const emptyCounts = new RequestCounts();

export class PlacementIndex {
  /** Grows when an agent or a rack changes, or a setting that placement asks for. */
  machinesVersion = 0;
  /** What the master was last told: whether we want offers. It makes them unless told. */
  offersWanted = true;
  /** When there last was a task to place. */
  lastDemandAt: number | undefined;
  /** When offers were last declined, so that their agents are not offered again for a while. */
  filteredAt: number | undefined;
  /** While nothing is wanted: offers are asked for until then, to see which agents there are. */
  lookUntil: number | undefined;
  /** Tasks being placed that are not launched yet. */
  round: PlacementRound | undefined;
  /** Due tasks in order, as of the last round. */
  readonly waiting = new WaitingGroups();
  /** Which pending tasks are due. */
  readonly dueTasks = new DueTasks((requestId) => this.touched.add(requestId));
  /** Requests that something changed about since the last round began. */
  readonly touched = new Set<string>();
  /** What was known when the last round began; undefined: there was none. */
  lastRound: { readonly offersVersion: number; readonly machinesVersion: number } | undefined;
  /** Agents that are being emptied: when a task of one ends, machines are to be settled. */
  readonly emptying = new Set<string>();
  /** What agents say is used, by agent. */
  readonly usage = new Map<string, MeasuredUsage>();
  #racksVersion = -1;
  #activeRacks = 0;
  /** Tells demands apart on agents that were asked before. */
  #marks = 0;
  readonly #counts = new Map<string, RequestCounts>();
  readonly #heldOn = new Map<string, Amounts>();

  /** Not to be changed by whoever asks. */
  countsOf(requestId: string): RequestCounts {
    return this.#counts.get(requestId) ?? emptyCounts;
  }

  /** What tasks of ours hold on the agent; undefined: nothing. */
  heldOn(agentId: string): Readonly<Amounts> | undefined {
    return this.#heldOn.get(agentId);
  }

  /** How many racks take tasks. PERF: O(1) until a machine changes. */
  activeRacks(racks: ReadonlyMap<string, RackRecord>): number {
    if (this.#racksVersion !== this.machinesVersion) {
      this.#racksVersion = this.machinesVersion;
      this.#activeRacks = 0;
      for (const rack of racks.values()) {
        if (rack.currentState.state === "ACTIVE") this.#activeRacks++;
      }
    }
    return this.#activeRacks;
  }

  /** A number that no demand had before. */
  nextMark(): number {
    return ++this.#marks;
  }

  /** Measured by the agent itself; what is placed from now on is added to it. */
  usageMeasured(agentId: string, usage: AgentUsage): void {
    this.usage.set(agentId, { usage, added: { cpus: 0, memoryMb: 0, diskMb: 0 } });
  }

  /** Called for every record that is filed, so that all this follows. */
  recordFiled(
    state: SchedulerState,
    kind: RecordKind,
    key: string,
    change: { readonly before: unknown; readonly after: unknown },
  ): void {
    if (kind === "task") {
      const before = change.before as TaskRecord | undefined;
      this.#taskFiled(state, before, change.after as TaskRecord | undefined);
    } else if (kind === "pendingTask") {
      const before = change.before as PendingTask | undefined;
      this.#pendingFiled(state, key, before, change.after as PendingTask | undefined);
    } else if (kind === "outboxTask") {
      if (change.before === undefined && isLost(change.after as TaskHistory | undefined)) {
        state.losses.tasks++;
      }
    } else if (kind === "agent" || kind === "rack" || kind === "setting") this.machinesVersion++;
    else if (kind === "request" || kind === "deploy" || kind === "requestDeploys")
      this.#requestFiled(kind, key);
  }

  #taskFiled(
    state: SchedulerState,
    before: TaskRecord | undefined,
    task: TaskRecord | undefined,
  ): void {
    const known = task ?? before;
    if (known === undefined) return;
    this.#writableCounts(known.taskId.requestId).taskFiled(before, task);
    if (before === undefined && task !== undefined) {
      this.#hold(task, 1);
      const added = this.usage.get(task.agentId)?.added;
      if (added !== undefined) addAmounts(added, task, 1);
    } else if (task === undefined) {
      this.#hold(known, -1);
      if (this.emptying.has(known.agentId)) state.clusterAgenda.plan("settleMachines", 0);
    }
    this.#forgetIfIdle(known.taskId.requestId);
  }

  #hold(task: TaskRecord, by: 1 | -1): void {
    let held = this.#heldOn.get(task.agentId);
    if (held === undefined) {
      held = { cpus: 0, memoryMb: 0, diskMb: 0 };
      this.#heldOn.set(task.agentId, held);
    }
    addAmounts(held, task, by);
    if (held.cpus <= 1e-6 && held.memoryMb <= 1e-6 && held.diskMb <= 1e-6) {
      this.#heldOn.delete(task.agentId);
    }
  }

  #pendingFiled(
    state: SchedulerState,
    id: string,
    before: PendingTask | undefined,
    pending: PendingTask | undefined,
  ): void {
    const known = pending ?? before;
    if (known === undefined) return;
    const { requestId } = known.pendingTaskId;
    const counts = this.#writableCounts(requestId);
    counts.pending += Number(pending !== undefined) - Number(before !== undefined);
    counts.version++;
    this.dueTasks.filed(state, id, pending);
    if (pending !== undefined) return;
    counts.failures.delete(id);
    this.#forgetIfIdle(requestId);
  }

  /** A deploy's key begins with its request's id and ends with an id that has no hyphen. */
  #requestFiled(kind: RecordKind, key: string): void {
    const requestId = kind === "deploy" ? key.slice(0, key.lastIndexOf("-")) : key;
    const counts = this.#counts.get(requestId);
    if (counts === undefined) return;
    counts.version++;
    this.touched.add(requestId);
  }

  #writableCounts(requestId: string): RequestCounts {
    this.touched.add(requestId);
    let counts = this.#counts.get(requestId);
    if (counts === undefined) {
      counts = new RequestCounts();
      this.#counts.set(requestId, counts);
    }
    return counts;
  }

  #forgetIfIdle(requestId: string): void {
    const counts = this.#counts.get(requestId);
    if (counts !== undefined && counts.active === 0 && counts.pending === 0) {
      this.#counts.delete(requestId);
      // What stands in order of it is taken out by the next round.
      if (!this.waiting.has(requestId)) this.touched.delete(requestId);
    }
  }
}

function addAmounts(to: Amounts, { resources }: TaskRecord, by: 1 | -1): void {
  to.cpus += by * resources.cpus;
  to.memoryMb += by * resources.memoryMb;
  to.diskMb += by * resources.diskMb;
}

/** Reasons that say that the cluster lost the task. */
const lossReasons: ReadonlySet<string> = new Set([
  "REASON_INVALID_OFFERS",
  "REASON_AGENT_UNKNOWN",
  "REASON_AGENT_REMOVED",
  "REASON_AGENT_RESTARTED",
  "REASON_MASTER_DISCONNECTED",
]);

function isLost(history: TaskHistory | undefined): boolean {
  return lossReasons.has(history?.taskUpdates.at(-1)?.statusReason ?? "");
}
