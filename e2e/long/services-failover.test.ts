/**
 * An HTTP service, a cron job and a job on demand on two schedulers, a real ZooKeeper of three servers
 * and a real PostgreSQL, each of which is killed or stopped in turn.
 *
 * The service is asked all the time and must never be silent. Each process that is started writes a
 * line into a book, so that a second launch of anything is seen however short it lives.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it, after as whenOver } from "node:test";
import { type Cluster, eventually, startCluster } from "@tavola/harness";
import {
  type Ensemble,
  findPostgres,
  findZooKeeper,
  type Postgres,
  startPostgres,
  startZooKeeper,
} from "@tavola/test-servers";
import { anotherLeader, leaderOf, pidOf, untilReplaced, wake } from "../leading-scheduler.ts";

const why = findZooKeeper().error ?? findPostgres().error;
const patience = { boundMs: 60_000 };
const everyMs = 2000;

describe("a service on two schedulers, ZooKeeper and PostgreSQL", { skip: why ?? false }, () => {
  let zookeeper: Ensemble;
  let postgres: Postgres;
  let cluster: Cluster;
  let api: Api;
  let book: Book;
  let asker: Asker;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tavola-services-"));
    zookeeper = await startZooKeeper({ count: 3 });
    await zookeeper.untilServing();
    postgres = await startPostgres();
    cluster = await startCluster({
      agents: 1,
      schedulers: 2,
      boundMs: 60_000,
      arguments: [
        `--zk=${zookeeper.url("/tavola")}`,
        `--scheduler.history=${postgres.url()}`,
        "--scheduler.store_session_timeout=4secs",
      ],
    });
    api = new Api(cluster);
    book = new Book(join(folder, "book"));
    asker = new Asker(book);
    await begin(api, folder, book);
    asker.begin();
    await untilTicked(book, 1);
  });

  whenOver(async () => {
    await asker?.end();
    await cluster?.stop();
    await postgres?.close();
    await zookeeper?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
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
    await postgres.server.kill();
    const answer = await api.ask("/history/request/tick/tasks");
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.text, /history/);
    const run = await runByHand(api, book, "while-history-is-away");
    await untilTicked(book, 3);
    await unchanged(api, book, asker);
    await postgres.server.restart();
    await postgres.untilServing();
    await untilInHistory(api, "hand", [run]);
  });

  it("one ZooKeeper server after the other is killed: sessions move on", async () => {
    for (const server of zookeeper.servers) {
      await server.kill();
      await runByHand(api, book, `without-${server.port}`);
      await untilTicked(book, 1);
      await server.restart();
      await zookeeper.untilServing();
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

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Started {
  readonly taskId: string;
  readonly requestId: string;
  readonly deployId: string;
  readonly instanceNo: number;
  readonly pid: number;
  readonly port: number;
}

function numbersOf(tasks: readonly Started[]): readonly number[] {
  return tasks.map(({ instanceNo }) => instanceNo).sort();
}

/** Every process that was ever started, by its own word. */
class Book {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
    writeFileSync(file, "");
  }

  /** By task id. */
  of(requestId: string, deployId?: string): readonly Started[] {
    return readFileSync(this.file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map(startedOf)
      .filter((task) => task.requestId === requestId)
      .filter((task) => deployId === undefined || task.deployId === deployId)
      .sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
  }
}

function startedOf(line: string): Started {
  const [taskId = "", pid, port] = line.split(" ");
  const [requestId = "", deployId = "", , instanceNo] = taskId.split("-");
  const numbers = { instanceNo: Number(instanceNo), pid: Number(pid), port: Number(port) };
  return { taskId, requestId, deployId, ...numbers };
}

/** Asks every instance again and again, and notes when none has answered. */
class Asker {
  readonly silences: string[] = [];
  readonly #book: Book;
  readonly #answers = new Map<string, number>();
  readonly #over = new AbortController();
  #going: Promise<void> | undefined;

  constructor(book: Book) {
    this.#book = book;
  }

  begin(): void {
    this.#going = this.#go();
  }

  async end(): Promise<void> {
    this.#over.abort();
    await this.#going;
  }

  /** Each instance of the deploy answers, from now on. */
  async untilAllAnswer(deployId: string): Promise<void> {
    const tasks = this.#book.of("web", deployId).map(({ taskId }) => taskId);
    const counts = () => tasks.map((taskId) => this.#answers.get(taskId) ?? 0);
    const before = counts();
    await eventually(
      `answers of ${tasks.join(" ")}`,
      () => counts().every((count, index) => count > (before[index] ?? 0)) || undefined,
      patience,
    );
  }

  async #go(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const tasks = this.#book.of("web").filter(({ pid }) => isRunning(pid));
      const answers = await Promise.all(tasks.map((task) => this.#ask(task)));
      if (!answers.includes(true)) this.silences.push(new Date().toISOString());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #ask({ taskId, port }: Started): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(5000);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { signal });
      if ((await answer.text()) !== taskId) return false;
      this.#answers.set(taskId, (this.#answers.get(taskId) ?? 0) + 1);
      return true;
    } catch {
      return false;
    }
  }
}

interface EndedTask {
  readonly taskId: { readonly id: string };
  readonly lastTaskState?: string;
}

interface RequestNow {
  readonly requestDeployState: { readonly activeDeploy?: { readonly deployId: string } };
  readonly taskIds: Readonly<
    Record<string, readonly { readonly id: string; readonly deployId: string }[]> &
      Record<"healthy", readonly { readonly id: string; readonly deployId: string }[]>
  >;
}

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** Of whichever scheduler answers. */
class Api {
  readonly #urls: readonly string[];

  constructor(cluster: Cluster) {
    this.#urls = [...cluster.output().matchAll(/scheduler is up {2}url=(\S+)/g)].map(
      ([, url = ""]) => url,
    );
    assert.equal(this.#urls.length, 2, cluster.output());
  }

  /** Whatever is said first. */
  ask(path: string): Promise<Answer> {
    return Promise.any(this.#urls.map((url) => call(url, path)));
  }

  async get<T>(path: string): Promise<T> {
    const { text } = await eventually(
      `${path} to be answered with 200`,
      () => Promise.any(this.#urls.map((url) => granted(url, path))),
      patience,
    );
    return JSON.parse(text) as T;
  }

  request(requestId: string): Promise<RequestNow> {
    return this.get(`/requests/request/${requestId}`);
  }

  /** The time of the schedule that a task ran for. */
  async timeOf(taskId: string): Promise<number> {
    const { task } = await this.get<{
      task: { taskRequest: { pendingTask: { pendingTaskId: { nextRunAt: number } } } };
    }>(`/history/task/${taskId}`);
    return task.taskRequest.pendingTask.pendingTaskId.nextRunAt;
  }

  /** Once, to one that has just answered; again only when it was answered that nobody leads. */
  async post(path: string, body: unknown): Promise<void> {
    const answer = await eventually(
      `${path} to be taken`,
      async () => {
        const asked = this.#urls.map((url) => granted(url, "/requests/ids"));
        const { url } = await Promise.any(asked);
        const posted = await call(url, path, body).catch((error: unknown) => String(error));
        return typeof posted !== "string" && /^No scheduler leads/.test(posted.text)
          ? undefined
          : posted;
      },
      patience,
    );
    assert.ok(typeof answer !== "string", `${path}: ${answer}`);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  }
}

async function call(url: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(body) };
  const signal = AbortSignal.timeout(5000);
  const answer = await fetch(`${url}/api${path}`, { ...(body === undefined ? {} : post), signal });
  return { url, status: answer.status, text: await answer.text() };
}

async function granted(url: string, path: string): Promise<Answer> {
  const answer = await call(url, path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer;
}
