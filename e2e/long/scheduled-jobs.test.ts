/**
 * Jobs of a real cluster whose schedulers are killed in the middle of runs: no time of a schedule is
 * run twice, no run overlaps another, and what somebody asked for is run once.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Cluster, eventually, startCluster } from "@tavola/harness";
import { createHttpClient, type HttpClient } from "@tavola/host";

/** The scheduler's API, asked again while nobody leads. */
class Jobs {
  readonly #client: HttpClient;
  readonly #api: string;

  constructor(client: HttpClient, { scheduler }: Cluster) {
    this.#client = client;
    this.#api = `${scheduler}/api`;
  }

  async #ask(method: "GET" | "POST", path: string, value?: unknown): Promise<unknown> {
    const body = value === undefined ? {} : { body: Buffer.from(JSON.stringify(value)) };
    const headers = { "content-type": "application/json" };
    const answer = await this.#client.request({ method, url: this.#api + path, headers, ...body });
    const text = `${Buffer.from(await answer.body())}`;
    assert.equal(answer.status, 200, `${method} ${path}: ${text}`);
    return JSON.parse(text);
  }

  post(path: string, value: unknown): Promise<unknown> {
    return this.#ask("POST", path, value);
  }

  get(path: string): Promise<unknown> {
    return eventually(`an answer from ${path}`, () =>
      this.#ask("GET", path).catch(() => undefined),
    );
  }

  async deploy(request: { readonly id: string }, command: string): Promise<void> {
    const resources = { cpus: 0.1, memoryMb: 32, numPorts: 0 };
    await this.post("/requests", request);
    const deploy = { requestId: request.id, id: "v1", command, resources };
    await this.post("/deploys", { deploy });
  }

  /** The schedule's times that tasks were started for, of those that have ended. */
  async timesRun(requestId: string): Promise<readonly number[]> {
    const tasks = (await this.get(`/history/request/${requestId}/tasks?count=100`)) as {
      taskId: { id: string };
    }[];
    const times: number[] = [];
    for (const { taskId } of tasks) {
      const { task } = (await this.get(`/history/task/${taskId.id}`)) as {
        task: { taskRequest: { pendingTask: { pendingTaskId: { nextRunAt: number } } } };
      };
      times.push(task.taskRequest.pendingTask.pendingTaskId.nextRunAt);
    }
    return times;
  }
}

test("jobs run once for each of their times though their schedulers are killed", async (t) => {
  const cluster = await startCluster({ agents: 1, schedulers: 2 });
  t.after(() => cluster.stop());
  const client = createHttpClient();
  t.after(() => client.close());
  const folder = mkdtempSync(join(tmpdir(), "tavola-jobs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const book = join(folder, "book");
  const lines = (): string[] => {
    try {
      return readFileSync(book, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  };
  const jobs = new Jobs(client, cluster);
  await jobs.deploy(
    { id: "tick", ...{ requestType: "SCHEDULED", schedule: "*/2 * * * * *" } },
    `echo start >> ${book}; sleep 0.7; echo end >> ${book}`,
  );
  await jobs.deploy(
    { id: "hand", ...{ requestType: "ON_DEMAND" } },
    `sleep 1; echo once >> ${folder}/hand`,
  );

  for (const [index, daemon] of ["scheduler-1", "scheduler-2"].entries()) {
    const before = lines().length;
    await jobs.get("/requests/request/hand");
    await eventually("a run to be going on", () => {
      const written = lines();
      return written.length > before + 1 && written.at(-1) === "start" ? true : undefined;
    });
    if (index === 0) await jobs.post("/requests/request/hand/run", { runId: "asked" });
    const pid = cluster.pidOf(daemon);
    assert.ok(pid !== undefined, `${daemon} runs`);
    process.kill(pid, "SIGKILL");
    await eventually("three more runs", () => (lines().length >= before + 8 ? true : undefined), {
      boundMs: 40_000,
    });
  }

  const written = lines();
  written.forEach((line, index) => {
    assert.equal(line, index % 2 === 0 ? "start" : "end", `runs overlap: ${written.join(" ")}`);
  });
  const times = await jobs.timesRun("tick");
  assert.equal(new Set(times).size, times.length, `a time was run twice: ${times.join(" ")}`);
  for (const time of times) assert.equal(time % 2000, 0);
  const { currentState } = (await jobs.get("/track/run/hand/asked")) as { currentState: string };
  assert.equal(currentState, "TASK_FINISHED");
  assert.equal(readFileSync(join(folder, "hand"), "utf8"), "once\n");
});
