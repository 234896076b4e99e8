/** Tasks that have ended, from what is kept and from what is on its way there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileRecord } from "../core/state.ts";
import { prepareCluster, taskOf } from "./testing/sample-cluster.ts";

test("tasks that have ended are in lists whether history has them yet or not, each once", async () => {
  const api = await prepareCluster();
  const { state } = api.core;
  const history = (await api.call("GET", `/history/task/${taskOf(1)}`)).json<{
    task: { taskId: object };
  }>();
  const ended = (instanceNo: number, at: number) => {
    const id = taskOf(instanceNo);
    const taskId = { ...history.task.taskId, instanceNo, id } as never;
    const update = { taskId, timestamp: at, taskState: "TASK_FINISHED" as const };
    return { ...history, task: { ...history.task, taskId }, taskUpdates: [update] } as never;
  };
  await api.history.append({ tasks: [ended(11, 1000), ended(12, 2000), ended(13, 3000)] });
  fileRecord(state, "outboxTask", taskOf(13), ended(13, 3000));
  fileRecord(state, "outboxTask", taskOf(14), ended(14, 4000));
  const list = async (query: string) => {
    const answer = await api.call("GET", `/history/request/web/tasks?${query}`);
    return answer
      .json<{ taskId: { instanceNo: number } }[]>()
      .map(({ taskId }) => taskId.instanceNo);
  };
  assert.deepEqual(await list(""), [14, 13, 12, 11]);
  assert.deepEqual(await list("count=3&page=1"), [14, 13, 12]);
  assert.deepEqual(await list("count=3&page=2"), [11]);
  assert.deepEqual(await list("orderDirection=ASC"), [11, 12, 13, 14]);
  assert.deepEqual(await list("orderDirection=ASC&count=3&page=2"), [14]);
  assert.deepEqual(await list("updatedAfter=2500&updatedBefore=3500"), [13]);
  const page = (await api.call("GET", "/history/request/web/tasks/withmetadata?count=3")).json<{
    dataCount: number;
    pageCount: number;
  }>();
  assert.deepEqual([page.dataCount, page.pageCount], [4, 2]);
  assert.equal(
    (await api.call("GET", "/history/request/web/tasks?count=-1")).text,
    "count param must be non-zero",
  );
  assert.equal(
    (await api.call("GET", "/history/request/web/tasks?page=0")).text,
    "page param must be 1 or greater",
  );
});
