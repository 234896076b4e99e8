/**
 * Everything the scheduler knows, in memory: the records, what is found fast through them, and what
 * need not survive (offers, who is to be looked at next).
 *
 * Records change through a `Turn` only, which keeps the indexes and the store in step. Readers (the
 * API) take it as it stands; a record never changes under them, because it is replaced as a whole.
 */

import type { Instant } from "@tavola/base";
import { Agenda } from "./agenda.ts";
import type { DisasterDataPoint } from "./model/operations.ts";
import type { PendingTask } from "./model/task.ts";
import type { OfferCache } from "./placement/offer-cache.ts";
import { PlacementIndex } from "./placement/placement-index.ts";
import type { PlacementReport } from "./placement/placement-report.ts";
import type { RecordKind, RecordKinds, Settings, TaskRecord } from "./records.ts";
import { recordKinds } from "./records.ts";
import { ReconciliationBook } from "./tasks/reconciliation-book.ts";

export type RecordMaps = { readonly [K in RecordKind]: Map<string, RecordKinds[K]> };

export interface SchedulerState {
  readonly records: RecordMaps;
  /** How often a record of a kind was put or deleted: who keeps what was made of them sees that none has changed. */
  readonly filed: Record<RecordKind, number>;
  /** Active tasks, by request and then by id; a request without any has no entry. */
  readonly tasksOf: Map<string, Map<string, TaskRecord>>;
  readonly pendingOf: Map<string, Map<string, PendingTask>>;
  /** Active tasks by agent. */
  readonly tasksOn: Map<string, Map<string, TaskRecord>>;
  /** Offers at hand, by agent. Not kept: the master makes them anew. */
  readonly offers: OfferCache;
  /** Who is due, and where tasks are: what placement would otherwise have to count. */
  readonly placement: PlacementIndex;
  /** What was lost since it was last counted, for telling a disaster. */
  readonly losses: { agents: number; tasks: number };
  /** Counts of the last minutes, the newest first. */
  readonly disasterPoints: DisasterDataPoint[];
  /** Why pending tasks were not placed when last tried, by pending task id. */
  readonly reports: Map<string, PlacementReport>;
  /** When which request is to be looked at again though nothing happens to it. */
  readonly agenda: Agenda;
  /** The same for the rules about the cluster as a whole, by name. */
  readonly clusterAgenda: Agenda;
  /** Requests that something happened to. */
  readonly dirty: Set<string>;
  /**
   * What the wall clock has moved away from the scheduler's own since it started, in ms: somebody set
   * the time. Schedules go by the wall; everything that lasts goes by the scheduler's.
   */
  wallOffsetMs: number;
  /** Pending tasks may have become placeable. */
  placementDue: boolean;
  /** The connection to the master. */
  readonly link: FrameworkLink;
}

export interface FrameworkLink {
  connected: boolean;
  frameworkId?: string;
  master?: string;
  lastOfferAt?: Instant;
  lastHeartbeatAt?: Instant;
  /** Tasks known from before, asked about, and not yet answered for; nothing is launched before they are. */
  readonly unreconciled: Set<string>;
  /** From when on launches are allowed though some are still unanswered. */
  launchesFrom?: Instant;
  readonly reconciliation: ReconciliationBook;
  averageUpdateDelayMs: number;
}

export function createSchedulerState(offers: OfferCache): SchedulerState {
  const records = Object.fromEntries(recordKinds.map((kind) => [kind, new Map()])) as RecordMaps;
  const filed = Object.fromEntries(recordKinds.map((kind) => [kind, 0])) as SchedulerState["filed"];
  return {
    records,
    filed,
    tasksOf: new Map(),
    pendingOf: new Map(),
    tasksOn: new Map(),
    offers,
    placement: new PlacementIndex(),
    losses: { agents: 0, tasks: 0 },
    disasterPoints: [],
    reports: new Map(),
    agenda: new Agenda(),
    clusterAgenda: new Agenda(),
    dirty: new Set(),
    wallOffsetMs: 0,
    placementDue: false,
    link: {
      connected: false,
      unreconciled: new Set(),
      reconciliation: new ReconciliationBook(),
      averageUpdateDelayMs: 0,
    },
  };
}

/** One of the scheduler's single settings. */
export function settingOf<K extends keyof Settings>(
  state: SchedulerState,
  name: K,
): Settings[K] | undefined {
  return state.records.setting.get(name) as Settings[K] | undefined;
}

/** Puts a record and keeps the indexes. Turns call it, and whoever loads a state; nobody else. */
export function fileRecord<K extends RecordKind>(
  state: SchedulerState,
  kind: K,
  key: string,
  record: RecordKinds[K] | undefined,
): void {
  const map = state.records[kind] as Map<string, RecordKinds[K]>;
  const before = map.get(key);
  if (record === undefined) map.delete(key);
  else map.set(key, record);
  state.filed[kind] += 1;
  if (kind === "task")
    fileTask(state, key, before as TaskRecord | undefined, record as TaskRecord | undefined);
  if (kind === "pendingTask") {
    const requestId = ((record ?? before) as PendingTask | undefined)?.pendingTaskId.requestId;
    if (requestId !== undefined)
      fileUnder(state.pendingOf, requestId, key, record as PendingTask | undefined);
    if (record === undefined) state.reports.delete(key);
  }
  state.placement.recordFiled(state, kind, key, { before, after: record });
}

function fileTask(
  state: SchedulerState,
  key: string,
  before: TaskRecord | undefined,
  task: TaskRecord | undefined,
): void {
  const known = task ?? before;
  if (known === undefined) return;
  fileUnder(state.tasksOf, known.taskId.requestId, key, task);
  fileUnder(state.tasksOn, known.agentId, key, task);
}

function fileUnder<T>(
  index: Map<string, Map<string, T>>,
  group: string,
  key: string,
  record: T | undefined,
): void {
  const entries = index.get(group);
  if (record === undefined) {
    entries?.delete(key);
    if (entries?.size === 0) index.delete(group);
  } else if (entries === undefined) index.set(group, new Map([[key, record]]));
  else entries.set(key, record);
}
