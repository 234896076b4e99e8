/** What a history must do on every database, as one suite. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CodedError, dayMs, instant } from "@tavola/base";
import type { HistoryStore, TaskHistoryQuery } from "../history-store.ts";
import { deploySample, eventSample, taskSample } from "./history-samples.ts";

/** A running database. */
export interface TestDatabase {
  /** A history of its own, empty; closed by who opened it. */
  openNew(): Promise<HistoryStore>;
  end(): Promise<void>;
}

export const withCode =
  (code: string, pattern = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof CodedError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  };

type Define = (title: string, run: (history: HistoryStore) => Promise<void>) => void;

/** `start` is called once; a string that it answers is why this machine cannot run it. */
export function historyContract(name: string, start: () => Promise<TestDatabase | string>): void {
  describe(`history on ${name}`, () => {
    let running: TestDatabase | string;
    before(async () => {
      running = await start();
    });
    after(async () => {
      if (typeof running !== "string") await running.end();
    });
    const define: Define = (title, run) => {
      test(title, async (context) => {
        if (typeof running === "string") return context.skip(running);
        const history = await running.openNew();
        try {
          await run(history);
        } finally {
          await history.close();
        }
      });
    };
    testTasks(define);
    testTaskLists(define);
    testRequests(define);
    testDeploys(define);
    testPurge(define);
    testEnd(define);
  });
}

const whole = { offset: 0, limit: 1000 };

function testTasks(define: Define): void {
  define("a task comes back as it was, whatever is in it", async (history) => {
    const odd = taskSample({
      message: 'nul \u0000, half \ud800, "quotes", é\u{1f600}',
      runId: "r",
    });
    await history.append({ tasks: [odd, taskSample({ requestId: "other" })] });
    const found = await history.task(odd.task.taskId.id);
    assert.deepEqual(found, odd);
    assert.equal(await history.task("never-was"), undefined);
  });

  define("a task ended as was told last, though something was told late", async (history) => {
    const ended = taskSample({ startedAt: 1000, endedAt: 2000 });
    const { taskId } = ended.task;
    const [launched, finished] = ended.taskUpdates;
    assert.ok(launched !== undefined && finished !== undefined);
    // What the master answered a new leader, while the end was on its way.
    const answered = { taskId, timestamp: 5000, taskState: "TASK_STARTING" } as const;
    await history.append({ tasks: [{ ...ended, taskUpdates: [launched, answered, finished] }] });
    const [listed] = await history.tasks({ requestId: taskId.requestId }, whole);
    assert.deepEqual([listed?.lastTaskState, listed?.updatedAt], ["TASK_FINISHED", 2000]);
  });

  define("what is said again changes nothing, and the last word counts", async (history) => {
    const first = taskSample({ endedAt: 2000, state: "TASK_LOST" });
    const last = taskSample({ endedAt: 3000, state: "TASK_KILLED" });
    await history.append({ tasks: [first], requests: [eventSample("a", 1)] });
    await history.append({ tasks: [first, last, last], requests: [eventSample("a", 1)] });
    assert.equal(await history.countTasks({}), 1);
    assert.equal(await history.countRequestEvents({ requestId: "a" }), 1);
    const [listed] = await history.tasks({}, whole);
    const { taskId } = last.task;
    assert.deepEqual(listed, { taskId, updatedAt: 3000, lastTaskState: "TASK_KILLED" });
    assert.deepEqual(await history.task(taskId.id), last);
  });

  define("the last task of a run is found", async (history) => {
    await history.append({
      tasks: [
        taskSample({ runId: "run", startedAt: 1, endedAt: 5 }),
        taskSample({ runId: "run", startedAt: 2, endedAt: 9 }),
        taskSample({ runId: "run", startedAt: 3, endedAt: 20, requestId: "other" }),
      ],
    });
    const found = await history.taskOfRun("service", "run");
    assert.equal(found?.task.taskId.startedAt, 2);
    assert.equal(await history.taskOfRun("service", "no"), undefined);
  });

  define("arguments of the latest tasks, each list once", async (history) => {
    const lists = [["old"], ["a", "b"], undefined, [], ["c"], ["a", "b"]];
    await history.append({
      tasks: lists.map((each, at) =>
        taskSample({ startedAt: at, endedAt: at, ...(each ? { arguments: each } : {}) }),
      ),
    });
    assert.deepEqual(await history.commandLineArguments("service", 5), [["a", "b"], ["c"]]);
    assert.deepEqual(await history.commandLineArguments("nobody", 5), []);
  });
}

function testTaskLists(define: Define): void {
  define(
    "lists are filtered by everything that the API takes, and counted alike",
    async (history) => {
      const tasks = Array.from({ length: 40 }, (_, at) =>
        taskSample({
          requestId: at % 2 === 0 ? "even" : "odd",
          deployId: `d${at % 3}`,
          host: `host_${at % 4}`,
          startedAt: 1000 + at,
          // Pairs of tasks end at the same time.
          endedAt: 5000 + Math.floor(at / 2),
          state: at % 5 === 0 ? "TASK_FAILED" : "TASK_FINISHED",
          ...(at % 10 === 0 ? { runId: `run${at}` } : {}),
        }),
      );
      await history.append({ tasks });
      const cases: readonly (readonly [TaskHistoryQuery, (at: number) => boolean])[] = [
        [{}, () => true],
        [{ requestId: "even" }, (at) => at % 2 === 0],
        [{ requestId: "odd", deployId: "d1" }, (at) => at % 2 === 1 && at % 3 === 1],
        [{ host: "host_3" }, (at) => at % 4 === 3],
        [{ runId: "run20" }, (at) => at === 20],
        [{ lastTaskState: "TASK_FAILED" }, (at) => at % 5 === 0],
        [{ startedAfter: 1010, startedBefore: 1020 }, (at) => at > 10 && at < 20],
        [{ updatedAfter: 5002, updatedBefore: 5005 }, (at) => at >= 6 && at < 10],
        [{ requestId: "nobody" }, () => false],
        [{ exceptTaskIds: tasks.slice(3).map(({ task }) => task.taskId.id) }, (at) => at < 3],
      ];
      for (const [query, isWanted] of cases) {
        const wanted = tasks.filter((_, at) => isWanted(at)).map(({ task }) => task.taskId.id);
        const found = await history.tasks(query, whole);
        const ids = found.map(({ taskId }) => taskId.id);
        assert.deepEqual(ids.toSorted(), wanted.toSorted(), JSON.stringify(query));
        assert.equal(await history.countTasks(query), wanted.length, JSON.stringify(query));
        const ascending = await history.tasks(query, whole, "ASC");
        assert.deepEqual(
          ascending.map(({ taskId }) => taskId.id),
          ids.toReversed(),
        );
      }
    },
  );

  define("tasks of megabytes are written with the others", async (history) => {
    const tasks = Array.from({ length: 12 }, (_, at) =>
      taskSample({ startedAt: at, message: "x".repeat(at % 3 === 0 ? 3_000_000 : 10) }),
    );
    await history.append({ tasks });
    assert.equal(await history.countTasks({}), 12);
    assert.deepEqual(await history.task(tasks[3]?.task.taskId.id ?? ""), tasks[3]);
  });

  define("as many as an outbox may hold are left out", async (history) => {
    const tasks = Array.from({ length: 3 }, (_, at) => taskSample({ startedAt: at }));
    await history.append({ tasks });
    const others = Array.from({ length: 70_000 }, (_, at) => `other-${at}`);
    const exceptTaskIds = [...others, ...tasks.slice(1).map(({ task }) => task.taskId.id)];
    assert.equal(await history.countTasks({ exceptTaskIds }), 1);
    const [listed] = await history.tasks({ exceptTaskIds }, whole);
    assert.deepEqual(listed?.taskId, tasks[0]?.task.taskId);
  });

  define("pages neither overlap nor leave anything out", async (history) => {
    const tasks = Array.from({ length: 25 }, (_, at) => taskSample({ startedAt: at, endedAt: 7 }));
    await history.append({ tasks });
    const seen: string[] = [];
    for (let offset = 0; offset < 30; offset += 10) {
      const page = await history.tasks({ requestId: "service" }, { offset, limit: 10 });
      seen.push(...page.map(({ taskId }) => taskId.id));
    }
    assert.equal(seen.length, 25);
    assert.equal(new Set(seen).size, 25);
  });

  define("500 tasks are written at once", async (history) => {
    const tasks = Array.from({ length: 500 }, (_, at) =>
      taskSample({ requestId: `request-${at}`, message: "x".repeat(3000) }),
    );
    await history.append({ tasks });
    assert.equal(await history.countTasks({}), 500);
    assert.equal((await history.requestIds("request-", whole)).length, 500);
  });
}

function testRequests(define: Define): void {
  define("events of a request, by time and within bounds", async (history) => {
    const events = [
      eventSample("a", 1, "CREATED"),
      eventSample("a", 2),
      eventSample("a", 2, "PAUSED"),
    ];
    await history.append({ requests: [...events, eventSample("b", 3)] });
    const query = { requestId: "a" };
    const latestFirst = await history.requestEvents(query, whole);
    assert.deepEqual(
      latestFirst.map(({ createdAt, eventType }) => `${createdAt} ${eventType}`),
      ["2 UPDATED", "2 PAUSED", "1 CREATED"],
    );
    assert.deepEqual(latestFirst.at(-1), events[0]);
    assert.deepEqual(await history.requestEvents(query, whole, "ASC"), latestFirst.toReversed());
    assert.deepEqual(await history.requestEvents(query, { offset: 1, limit: 1 }), [latestFirst[1]]);
    const bounded = { ...query, createdAfter: 1, createdBefore: 3 };
    assert.equal((await history.requestEvents(bounded, whole)).length, 2);
    assert.equal(await history.countRequestEvents(bounded), 2);
  });

  define("ids are found by their beginning, to the letter", async (history) => {
    const ids = ["my_service", "myxservice", "My_service", "my_", "my", "other", "my_serviçe"];
    await history.append({
      requests: ids.slice(0, 3).map((id) => eventSample(id, 1)),
      deploys: ids.slice(3, 5).map((id) => deploySample(id, "d", 1)),
      tasks: ids.slice(5).map((requestId) => taskSample({ requestId })),
    });
    assert.deepEqual(await history.requestIds("my_", whole), ["my_", "my_service", "my_serviçe"]);
    assert.deepEqual(await history.requestIds("my_", { offset: 1, limit: 1 }), ["my_service"]);
    assert.equal((await history.requestIds("", whole)).length, ids.length);
    assert.deepEqual(await history.requestIds("%", whole), []);
  });
}

function testDeploys(define: Define): void {
  define("deploys are listed without their content, and looked at with it", async (history) => {
    const [d1, d2] = [deploySample("a", "d1", 1), deploySample("a", "d2", 2)];
    await history.append({ deploys: [d1, d2, deploySample("b", "d1", 1)] });
    assert.deepEqual(await history.deploy("a", "d1"), d1);
    assert.equal(await history.deploy("a", "d9"), undefined);
    const listed = await history.deploys("a", whole);
    assert.deepEqual(
      listed.map(({ deployMarker }) => deployMarker.deployId),
      ["d2", "d1"],
    );
    assert.deepEqual(listed[0], { deployMarker: d2.deployMarker, deployResult: d2.deployResult });
    assert.deepEqual(await history.deploys("a", { offset: 1, limit: 5 }), listed.slice(1));
    assert.equal(await history.countDeploys("a"), 2);
    assert.equal(await history.hasDeploy("a", "d2"), true);
    assert.equal(await history.hasDeploy("b", "d2"), false);
  });
}

function testPurge(define: Define): void {
  define(
    "what is old loses its content, what is too much goes, ids of deploys stay",
    async (history) => {
      const now = instant(1000 * dayMs);
      const at = (days: number): number => now - days * dayMs;
      const task = (requestId: string, days: number) =>
        taskSample({ requestId, startedAt: at(days), endedAt: at(days) });
      const crowd = Array.from({ length: 30 }, (_, day) => task("crowded", day));
      await history.append({
        tasks: [task("quiet", 400), task("quiet", 10), ...crowd],
        requests: [eventSample("quiet", at(400)), eventSample("quiet", at(10))],
        deploys: [deploySample("quiet", "old", at(400)), deploySample("quiet", "new", at(10))],
      });
      const retention = {
        taskContentMs: 365 * dayMs,
        tasksPerRequestMax: 20,
        requestEventMs: 365 * dayMs,
        deployContentMs: 365 * dayMs,
      };
      const purged = {
        tasksEmptied: 1,
        tasksRemoved: 10,
        requestEventsRemoved: 1,
        deploysEmptied: 1,
      };
      assert.deepEqual(await history.purge(retention, now), purged);
      assert.equal(await history.countTasks({ requestId: "quiet" }), 2);
      assert.equal(await history.task(task("quiet", 400).task.taskId.id), undefined);
      assert.notEqual(await history.task(task("quiet", 10).task.taskId.id), undefined);
      assert.equal(await history.countTasks({ requestId: "crowded", updatedAfter: at(20) }), 20);
      assert.equal(await history.countTasks({ requestId: "crowded" }), 20);
      assert.equal(await history.countRequestEvents({ requestId: "quiet" }), 1);
      assert.equal(await history.hasDeploy("quiet", "old"), true);
      const { deploy, ...rest } = deploySample("quiet", "old", at(400));
      assert.deepEqual(await history.deploy("quiet", "old"), rest);
      assert.deepEqual((await history.deploy("quiet", "new"))?.deploy?.command, deploy?.command);
      const again = await history.purge(retention, now);
      assert.deepEqual(Object.values(again), [0, 0, 0, 0]);
      const { tasksRemoved } = await history.purge({ taskMs: 365 * dayMs }, now);
      assert.equal(tasksRemoved, 1);
    },
  );

  define("more than one step's worth is purged to its end", async (history) => {
    const tasks = Array.from({ length: 1100 }, (_, at) =>
      taskSample({ startedAt: at, endedAt: at }),
    );
    await history.append({ tasks });
    const { tasksRemoved } = await history.purge({ tasksPerRequestMax: 10 }, instant(5000));
    assert.equal(tasksRemoved, 1090);
    const { tasksEmptied } = await history.purge({ taskContentMs: 1 }, instant(5000));
    assert.equal(tasksEmptied, 10);
  });
}

function testEnd(define: Define): void {
  define("a history that was closed says so", async (history) => {
    await history.append({ tasks: [taskSample()] });
    await history.close();
    await assert.rejects(history.countTasks({}), withCode("CLOSED"));
    await history.close();
  });
}
