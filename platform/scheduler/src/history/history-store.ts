/**
 * What has ended, for as long as anybody may want to look at it: tasks, changes of requests, deploys.
 *
 * One interface for every database. It is written by the outbox (`history-writer.ts`), so that all of
 * it may be said twice and nothing depends on the database being there; it is read by the API. Lists
 * are in the order of their time and then of their ids, so that pages do not overlap.
 *
 * Every call rejects with a CodedError: UNAVAILABLE and DISK_FULL (transient), UNAUTHORIZED,
 * NO_DATABASE, NEWER_FORMAT, CORRUPT, RECORD_REFUSED (this record, not the database), CLOSED,
 * HISTORY_FAILED. A database that went away is found again by the next call.
 */

import type { Instant } from "@tavola/base";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import type { TaskState } from "../core/model/enums.ts";
import type { RequestHistory } from "../core/model/request.ts";
import type { TaskHistory, TaskIdHistory } from "../core/model/task.ts";
import type { Retention } from "./retention.ts";

/** The most of a list that is answered at once. */
export const sliceMax = 1000;

/** Part of a list. */
export interface Slice {
  /** From 0. */
  readonly offset: number;
  /** 1 to `sliceMax`. */
  readonly limit: number;
}

export type OrderDirection = "ASC" | "DESC";

/** What is absent restricts nothing. Bounds are exclusive; times in ms since the epoch. */
export interface TaskHistoryQuery {
  readonly requestId?: string;
  readonly deployId?: string;
  readonly runId?: string;
  /** As in the task's id, dots and hyphens as `_`. */
  readonly host?: string;
  readonly lastTaskState?: TaskState;
  readonly startedBefore?: number;
  readonly startedAfter?: number;
  readonly updatedBefore?: number;
  readonly updatedAfter?: number;
  /** Leaves these out: they are still in the outbox, and the caller shows them itself. */
  readonly exceptTaskIds?: readonly string[];
}

export interface RequestHistoryQuery {
  readonly requestId: string;
  readonly createdBefore?: number;
  readonly createdAfter?: number;
}

/** At most a few hundred of each; of two that are the same the last counts. */
export interface HistoryBatch {
  readonly tasks?: readonly TaskHistory[];
  readonly requests?: readonly RequestHistory[];
  readonly deploys?: readonly DeployHistory[];
}

export interface HistoryStore {
  /** For logs: how it was named, without a password. */
  readonly description: string;

  /** All or nothing, and harmless when it is said again. */
  append(batch: HistoryBatch): Promise<void>;

  /** Undefined: never heard of, or its content was purged. */
  task(taskId: string): Promise<TaskHistory | undefined>;
  /** The last task of a run. */
  taskOfRun(requestId: string, runId: string): Promise<TaskHistory | undefined>;
  /** By when they were updated last; latest first where no direction is given. */
  tasks(
    query: TaskHistoryQuery,
    slice: Slice,
    direction?: OrderDirection,
  ): Promise<readonly TaskIdHistory[]>;
  countTasks(query: TaskHistoryQuery): Promise<number>;

  /** By when they happened; latest first where no direction is given. */
  requestEvents(
    query: RequestHistoryQuery,
    slice: Slice,
    direction?: OrderDirection,
  ): Promise<readonly RequestHistory[]>;
  countRequestEvents(query: RequestHistoryQuery): Promise<number>;
  /** Of requests that ever were and begin so, sorted. */
  requestIds(prefix: string, slice: Slice): Promise<readonly string[]>;

  /** Without `deploy` where its content was purged. */
  deploy(requestId: string, deployId: string): Promise<DeployHistory | undefined>;
  /** Marker and result only, latest first. */
  deploys(requestId: string, slice: Slice): Promise<readonly DeployHistory[]>;
  countDeploys(requestId: string): Promise<number>;
  /** A deploy's id is never used again, purged or not. */
  hasDeploy(requestId: string, deployId: string): Promise<boolean>;

  /** What the latest `tasks` tasks of a request were started with; each list once, empty ones left out. */
  commandLineArguments(requestId: string, tasks: number): Promise<readonly (readonly string[])[]>;

  /** In small steps, between which others get their turn. */
  purge(retention: Retention, now: Instant): Promise<PurgeSummary>;

  /** Connects and brings the tables up to date: tells at the start what is wrong. Calls do it by themselves. */
  ready(): Promise<void>;
  /** Waits for calls under way; those after it reject CLOSED, a purge at its next step. Idempotent. */
  close(): Promise<void>;
}

export interface PurgeSummary {
  /** Tasks that are listed as before, without their content. */
  readonly tasksEmptied: number;
  readonly tasksRemoved: number;
  readonly requestEventsRemoved: number;
  readonly deploysEmptied: number;
}
