/**
 * The history in an SQL database, whichever: connected and brought up to date by the first call that
 * needs it, so that the scheduler starts, and goes on, without it.
 */

import { CodedError, type Instant, invariant } from "@tavola/base";
import { type Dialect, Kysely } from "kysely";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import type { RequestHistory } from "../core/model/request.ts";
import type { TaskHistory, TaskIdHistory } from "../core/model/task.ts";
import { appendHistory } from "./append-history.ts";
import { bringUpToDate, type DatabaseKind } from "./history-format.ts";
import {
  type HistoryBatch,
  type HistoryStore,
  type OrderDirection,
  type PurgeSummary,
  type RequestHistoryQuery,
  type Slice,
  sliceMax,
  type TaskHistoryQuery,
} from "./history-store.ts";
import type { HistoryTables } from "./history-tables.ts";
import { purgeHistory } from "./purge-history.ts";
import {
  countDeploys,
  countRequestEvents,
  findDeploy,
  hasDeploy,
  listDeploys,
  listRequestEvents,
  listRequestIds,
} from "./request-queries.ts";
import type { Retention } from "./retention.ts";
import { countTasks, findTask, findTaskOfRun, listArguments, listTasks } from "./task-queries.ts";

type Tables = Kysely<HistoryTables>;

export interface SqlHistoryParts {
  readonly dialect: Dialect;
  readonly kind: DatabaseKind;
  /** Without a password. */
  readonly description: string;
}

export class SqlHistoryStore implements HistoryStore {
  readonly description: string;
  readonly #kind: DatabaseKind;
  readonly #database: Tables;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #ending = new AbortController();
  #upToDate: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ dialect, kind, description }: SqlHistoryParts) {
    this.description = description;
    this.#kind = kind;
    this.#database = new Kysely<HistoryTables>({ dialect });
  }

  append(batch: HistoryBatch): Promise<void> {
    return this.#ask((database) => appendHistory(database, batch));
  }

  task(taskId: string): Promise<TaskHistory | undefined> {
    return this.#ask((database) => findTask(database, taskId));
  }

  taskOfRun(requestId: string, runId: string): Promise<TaskHistory | undefined> {
    return this.#ask((database) => findTaskOfRun(database, requestId, runId));
  }

  tasks(
    query: TaskHistoryQuery,
    slice: Slice,
    direction: OrderDirection = "DESC",
  ): Promise<readonly TaskIdHistory[]> {
    assertSlice(slice);
    return this.#ask((database) =>
      listTasks({ database, kind: this.#kind }, query, slice, direction),
    );
  }

  countTasks(query: TaskHistoryQuery): Promise<number> {
    return this.#ask((database) => countTasks({ database, kind: this.#kind }, query));
  }

  requestEvents(
    query: RequestHistoryQuery,
    slice: Slice,
    direction: OrderDirection = "DESC",
  ): Promise<readonly RequestHistory[]> {
    assertSlice(slice);
    return this.#ask((database) => listRequestEvents(database, query, slice, direction));
  }

  countRequestEvents(query: RequestHistoryQuery): Promise<number> {
    return this.#ask((database) => countRequestEvents(database, query));
  }

  requestIds(prefix: string, slice: Slice): Promise<readonly string[]> {
    assertSlice(slice);
    return this.#ask((database) => listRequestIds(database, prefix, slice));
  }

  deploy(requestId: string, deployId: string): Promise<DeployHistory | undefined> {
    return this.#ask((database) => findDeploy(database, requestId, deployId));
  }

  deploys(requestId: string, slice: Slice): Promise<readonly DeployHistory[]> {
    assertSlice(slice);
    return this.#ask((database) => listDeploys(database, requestId, slice));
  }

  countDeploys(requestId: string): Promise<number> {
    return this.#ask((database) => countDeploys(database, requestId));
  }

  hasDeploy(requestId: string, deployId: string): Promise<boolean> {
    return this.#ask((database) => hasDeploy(database, requestId, deployId));
  }

  commandLineArguments(requestId: string, tasks: number): Promise<readonly (readonly string[])[]> {
    assertSlice({ offset: 0, limit: tasks });
    return this.#ask((database) => listArguments(database, requestId, tasks));
  }

  purge(retention: Retention, now: Instant): Promise<PurgeSummary> {
    return this.#ask((database) =>
      purgeHistory(database, { retention, now, signal: this.#ending.signal }),
    );
  }

  ready(): Promise<void> {
    return this.#ask(async () => undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ending.abort(this.#closed());
    await Promise.allSettled(this.#underWay);
    await this.#database.destroy();
  }

  async #ask<T>(run: (database: Tables) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw this.#closed();
    const answer = this.#whenUpToDate().then(() => run(this.#database));
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  #closed(): CodedError {
    return new CodedError("CLOSED", `history in ${this.description} was closed here`);
  }

  /** Once is enough; a failure is for who asked, and the next call tries again. */
  async #whenUpToDate(): Promise<void> {
    this.#upToDate ??= bringUpToDate(this.#database, this.#kind, this.description);
    const attempt = this.#upToDate;
    try {
      await attempt;
    } catch (error) {
      if (this.#upToDate === attempt) this.#upToDate = undefined;
      throw error;
    }
  }
}

function assertSlice({ offset, limit }: Slice): void {
  const isSlice =
    Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(limit) && limit >= 1;
  invariant(isSlice && limit <= sliceMax, `a slice has 1 to ${sliceMax} records`);
}
