/**
 * An HTTP service, a cron job and a job on demand on two schedulers, a real ZooKeeper of three servers
 * and a real PostgreSQL, each of which is killed or stopped in turn.
 *
 * The service is asked all the time and must never be silent. Each process that is started writes a
 * line into a book, so that a second launch of anything is seen however short it lives.
 */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, after as whenOver } from "node:test";
import { type Cluster, eventually } from "@tavola/harness";
import { anotherLeader, leaderOf, pidOf, untilReplaced, wake } from "../leading-scheduler.ts";
import {
  type SchedulersOnStores,
  startSchedulersOnStores,
  storesMissing,
} from "../schedulers-on-stores.ts";
import { Asker } from "../services-failover/asker.ts";
import { Book, isRunning, numbersOf } from "../services-failover/book.ts";
import { Api } from "../services-failover/services-api.ts";

const patience = { boundMs: 60_000 };
const everyMs = 2000;

describe("a service on two schedulers, ZooKeeper and PostgreSQL", {
  skip: storesMissing ?? false,
}, () => {
  let stores: SchedulersOnStores;
  let cluster: Cluster;
  let api: Api;
  let book: Book;
  let asker: Asker;
  let folder: string;

  before(async () => {
    stores = await startSchedulersOnStores();
    ({ cluster, folder } = stores);
    api = new Api(cluster);
    book = new Book(join(folder, "book"));
    asker = new Asker(book);
    await begin(api, folder, book);
    asker.begin();
    await untilTicked(book, 1);
  });

  whenOver(async () => {
    await asker?.end();
    await stores?.close();
  });

  it("the leader is killed in the middle of a deploy: another goes on with it", async () => {
    const leader = leaderOf(cluster);
    const old = book.of("web", "v1");
    await api.post("/deploys", { deploy: webDeploy(folder, "v2", 3000) });
    await eventually(
      "the new tasks to be started",
      () => book.of("web", "v2").length > 0 || undefined,
    );
    assert.equal((await api.request("web")).requestDeployState.activeDeploy?.deployId, "v1");
    process.kill(pidOf(cluster, leader), "SIGKILL");
    await anotherLeader(cluster, leader);
    await untilServed(api, asker, "v2");
    assert.deepEqual(book.of("web", "v1"), old, "no task of the old deploy was started anew");
    assert.deepEqual(numbersOf(book.of("web", "v2")), [1, 2, 3]);
  });

  it("PostgreSQL is killed: its pages say so, all else goes on, and its history is whole when it is back", async () => {
    await stores.postgres.server.kill();
    const answer = await api.ask("/history/request/tick/tasks");
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.text, /history/);
    const run = await runByHand(api, book, "while-history-is-away");
    await untilTicked(book, 3);
    await unchanged(api, book, asker);
    await stores.postgres.server.restart();
    await stores.postgres.untilServing();
    await untilInHistory(api, "hand", [run]);
  });

  it("one ZooKeeper server after the other is killed: sessions move on", async () => {
    for (const server of stores.zookeeper.servers) {
      await server.kill();
      await runByHand(api, book, `without-${server.port}`);
      await untilTicked(book, 1);
      await server.restart();
      await stores.zookeeper.untilServing();
    }
    await unchanged(api, book, asker);
  });

  it("the leader stands still beyond its session: another leads, and it ends without a word", async (t) => {
    const leader = leaderOf(cluster);
    const pid = pidOf(cluster, leader);
    process.kill(pid, "SIGSTOP");
    t.after(() => wake(pid));
    await anotherLeader(cluster, leader);
    await runByHand(api, book, "while-it-stands");
    await untilTicked(book, 1);
    await untilReplaced(cluster, leader, pid);
    await untilTicked(book, 2);
    await unchanged(api, book, asker);
  });

  it("after all that each run was started once, and is in history once", async () => {
    await api.post("/requests/request/tick/pause", { killTasks: false });
    await eventually(
      "the last run to end",
      async () => {
        const counts = await api.get<{ active: number }>("/tasks/counts/request/tick");
        return counts.active === 0 || undefined;
      },
      patience,
    );
    for (const requestId of ["tick", "hand"]) {
      const started = book.of(requestId).map(({ taskId }) => taskId);
      assert.equal(new Set(started).size, started.length, "a task was started twice");
      await untilInHistory(api, requestId, started);
    }
    const times = await Promise.all(book.of("tick").map(({ taskId }) => api.timeOf(taskId)));
    assert.equal(new Set(times).size, times.length, `a time was run twice: ${times.sort()}`);
    for (const time of times) assert.equal(time % everyMs, 0);
    const history = await api
      .get<readonly { deployId: string }[]>("/history/request/web/tasks?count=100")
      .then((tasks) => tasks.length);
    assert.equal(history, 3, "the instances of the deploy before have ended, and no other");
    await unchanged(api, book, asker);
  });
});

/** Writes itself into the book, and listens after a while. */
const server = (book: string) => `
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
const { PORT0, TASK_ID, SLOW_MS } = process.env;
appendFileSync(${JSON.stringify(book)}, \`\${TASK_ID} \${process.pid} \${PORT0}\\n\`);
process.on("SIGTERM", () => process.exit(0));
setTimeout(() => createServer((_, answer) => answer.end(TASK_ID)).listen(Number(PORT0)), Number(SLOW_MS));
`;

function webDeploy(folder: string, id: string, slowMs: number): object {
  return {
    requestId: "web",
    id,
    command: `exec ${process.execPath} ${join(folder, "server.mjs")}`,
    env: { SLOW_MS: String(slowMs) },
    resources: { cpus: 0.05, memoryMb: 64, numPorts: 1 },
    healthcheck: { uri: "/", intervalSeconds: 1, startupTimeoutSeconds: 60 },
  };
}

async function begin(api: Api, folder: string, book: Book): Promise<void> {
  writeFileSync(join(folder, "server.mjs"), server(book.file));
  await api.post("/requests", { id: "web", requestType: "SERVICE", instances: 3 });
  await api.post("/deploys", { deploy: webDeploy(folder, "v1", 0) });
  const resources = { cpus: 0.02, memoryMb: 16, numPorts: 0 };
  const command = `echo "$TASK_ID $$ 0" >> ${book.file}`;
  const schedule = `*/${everyMs / 1000} * * * * ?`;
  await api.post("/requests", {
    ...{ id: "tick", requestType: "SCHEDULED", quartzSchedule: schedule },
  });
  await api.post("/requests", { id: "hand", requestType: "ON_DEMAND" });
  for (const requestId of ["tick", "hand"]) {
    await api.post("/deploys", { deploy: { requestId, id: "v1", command, resources } });
  }
  await eventually(
    "the service to be deployed",
    async () => (await api.request("web")).requestDeployState.activeDeploy,
    patience,
  );
}

/** The deploy is active, and three tasks of it and nothing else are there. */
async function untilServed(api: Api, asker: Asker, deployId: string): Promise<void> {
  await eventually(
    `${deployId} to be all there is`,
    async () => {
      const { requestDeployState, taskIds } = await api.request("web");
      if (requestDeployState.activeDeploy?.deployId !== deployId) return undefined;
      const all = Object.values(taskIds).flat();
      const isAll = all.length === 3 && taskIds.healthy.length === 3;
      return (isAll && all.every((task) => task.deployId === deployId)) || undefined;
    },
    patience,
  );
  await asker.untilAllAnswer(deployId);
}

/** The three processes of the second deploy are those that were started for it, and answer. */
async function unchanged(api: Api, book: Book, asker: Asker): Promise<void> {
  await untilServed(api, asker, "v2");
  const { taskIds } = await api.request("web");
  const started = book.of("web", "v2");
  assert.deepEqual(
    taskIds.healthy.map(({ id }) => id).sort(),
    started.map(({ taskId }) => taskId),
  );
  assert.deepEqual(numbersOf(started), [1, 2, 3]);
  assert.equal(book.of("web").length, 6, "no other was ever started");
  for (const { pid } of started) assert.ok(isRunning(pid), `${pid} runs`);
  assert.deepEqual(asker.silences, [], "nobody answered");
}

async function runByHand(api: Api, book: Book, runId: string): Promise<string> {
  const before = book.of("hand").length;
  await api.post("/requests/request/hand/run", { runId });
  return await eventually(`${runId} to run`, () => book.of("hand")[before]?.taskId, patience);
}

async function untilTicked(book: Book, more: number): Promise<void> {
  const before = book.of("tick").length;
  await eventually(
    `${more} more runs of the schedule`,
    () => book.of("tick").length >= before + more || undefined,
    patience,
  );
}

/** Each of them once; others are there only when they never ran. */
async function untilInHistory(
  api: Api,
  requestId: string,
  taskIds: readonly string[],
): Promise<void> {
  const tasks = await eventually(
    `the runs of ${requestId} to be in history`,
    async () => {
      const path = `/history/request/${requestId}/tasks?count=1000`;
      const kept = await api.get<readonly EndedTask[]>(path);
      const ids = kept.map(({ taskId }) => taskId.id);
      return taskIds.every((id) => ids.includes(id)) ? kept : undefined;
    },
    patience,
  );
  const ids = tasks.map(({ taskId }) => taskId.id);
  assert.equal(new Set(ids).size, ids.length, `twice in history: ${ids.sort().join(" ")}`);
  for (const { taskId, lastTaskState } of tasks) {
    if (taskIds.includes(taskId.id)) assert.equal(lastTaskState, "TASK_FINISHED", taskId.id);
  }
}

interface EndedTask {
  readonly taskId: { readonly id: string };
  readonly lastTaskState?: string;
}
