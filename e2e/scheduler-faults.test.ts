/**
 * What a scheduler makes of input that is too much or comes at once, and of a disk that is full: real
 * processes, and a small file system for the disk (which takes root).
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventually, startCluster, tavolaCommand } from "@tavola/harness";
import { createHttpClient, type HttpClient } from "@tavola/host";

interface Answer {
  readonly status: number;
  readonly text: string;
}

class Api {
  readonly #client: HttpClient;
  readonly #url: string;

  constructor(t: TestContext, scheduler: string) {
    this.#client = createHttpClient();
    t.after(() => this.#client.close());
    this.#url = `${scheduler}/api`;
  }

  async call(method: string, path: string, value?: unknown): Promise<Answer> {
    const body = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value ?? {}));
    const sent = value === undefined ? {} : { body };
    const answer = await this.#client.request({ method, url: this.#url + path, ...sent });
    return { status: answer.status, text: `${Buffer.from(await answer.body())}` };
  }

  async post(path: string, value: unknown): Promise<void> {
    const { status, text } = await this.call("POST", path, value);
    assert.equal(status, 200, `${path}: ${text}`);
  }

  async get<T>(path: string): Promise<T> {
    const { status, text } = await this.call("GET", path);
    assert.equal(status, 200, `${path}: ${text}`);
    return JSON.parse(text) as T;
  }
}

const deployOf = (requestId: string, id: string) => ({
  deploy: {
    requestId,
    id,
    command: "sleep 1000",
    resources: { cpus: 0.1, memoryMb: 32 },
    considerHealthyAfterRunningForSeconds: 1,
  },
});

interface Parent {
  readonly requestDeployState?: { readonly activeDeploy?: { readonly deployId: string } };
  readonly taskIds: { readonly healthy: readonly { readonly id: string }[] };
}

test("what is too much or comes at once is refused with the reason, and the rest goes on", async (t) => {
  const cluster = await startCluster({ agents: 1, schedulers: 1 });
  t.after(() => cluster.stop());
  const api = new Api(t, cluster.scheduler ?? "");
  await api.post("/requests", { id: "web", requestType: "SERVICE", instances: 1 });

  const large = await api.call("POST", "/requests", Buffer.alloc(50 * 1024 * 1024, " "));
  assert.equal(large.status, 413, large.text);
  assert.match(large.text, /at most \d+ are taken/);

  const ids = ["a", "b", "c", "d", "e", "f"];
  const deploys = await Promise.all(
    ids.map((id) => api.call("POST", "/deploys", deployOf("web", id))),
  );
  assert.deepEqual(deploys.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
  const refused = deploys.find(({ status }) => status === 409);
  assert.match(
    refused?.text ?? "",
    /^Pending deploy already in progress for web - cancel it or wait/,
  );
  const active = await eventually("the one deploy to succeed", async () => {
    const parent = await api.get<Parent>("/requests/request/web");
    return parent.requestDeployState?.activeDeploy?.deployId;
  });
  assert.equal((await api.call("POST", "/deploys", deployOf("web", active))).status, 400);
  assert.equal((await api.call("POST", "/deploys", deployOf("nothing", "x"))).status, 404);
  const out = await api.call("DELETE", "/deploys/deploy/zzz/request/web");
  assert.deepEqual([out.status, out.text], [400, "Request web does not have a pending deploy zzz"]);
  const never = { id: "never", requestType: "SCHEDULED", schedule: "0 0 30 2 *" };
  assert.match((await api.call("POST", "/requests", never)).text, /never comes round/);
  const zone = { ...never, schedule: "0 0 * * *", scheduleTimeZone: "Mars/Olympus" };
  assert.match(
    (await api.call("POST", "/requests", zone)).text,
    /does not map to a valid Java TimeZone/,
  );
  assert.equal((await api.get<Parent>("/requests/request/web")).taskIds.healthy.length, 1);
});

/** A file system of so many bytes; a string says why not. */
function mountSmall(t: TestContext, megabytes: number): { readonly folder: string } | string {
  if (process.getuid?.() !== 0) return "mounting a small file system takes root";
  const folder = mkdtempSync(join(tmpdir(), "tavola-full-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  } catch {
    rmSync(folder, { recursive: true });
    return "no file system can be mounted here";
  }
  t.after(() => {
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder };
}

interface SchedulerProcess {
  readonly url: string;
  output(): string;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

async function startScheduler(master: string, workDir: string): Promise<SchedulerProcess> {
  const [program = process.execPath, ...args] = tavolaCommand;
  const flags = [`--master=${new URL(master).host}`, `--work_dir=${workDir}`, "--port=0"];
  const child = spawn(program, [...args, "scheduler", "--ip=127.0.0.1", ...flags], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.on("message", (message: { readonly url?: string; readonly reason?: string }) => {
      if (message.url === undefined) reject(new Error(message.reason));
      else resolve(message.url);
    });
    void exited.then(() => reject(new Error(`tavola scheduler ended early:\n${output}`)));
  });
  return {
    url,
    exited,
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      const bound = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exited;
      clearTimeout(bound);
    },
  };
}

test("a scheduler whose disk is full refuses with the reason, loses nothing, and goes on when there is room (root)", async (t) => {
  const disk = mountSmall(t, 24);
  if (typeof disk === "string") {
    t.skip(disk);
    return;
  }
  const cluster = await startCluster({ agents: 1 });
  t.after(() => cluster.stop());
  const workDir = join(disk.folder, "scheduler");
  mkdirSync(workDir);
  let scheduler = await startScheduler(cluster.master, workDir);
  t.after(() => scheduler.stop());
  const first = new Api(t, scheduler.url);
  await eventually(
    "a leader",
    async () => (await first.call("GET", "/state")).status === 200 || undefined,
  );
  await first.post("/requests", { id: "web", requestType: "SERVICE", instances: 1 });
  await first.post("/deploys", deployOf("web", "v1"));
  await eventually("the deploy to succeed", async () => {
    const parent = await first.get<Parent>("/requests/request/web");
    return parent.requestDeployState?.activeDeploy?.deployId;
  });
  const { taskIds } = await first.get<Parent>("/requests/request/web");

  const filler = join(disk.folder, "filler");
  fill(filler, 24);
  const taken: string[] = [];
  const refusals: Answer[] = [];
  for (let index = 0; index < 40 && refusals.length < 2; index += 1) {
    const id = `filler-${index}`;
    const request = { id, requestType: "WORKER", owners: ["x".repeat(200_000)] };
    const answer = await first.call("POST", "/requests", request).catch(() => undefined);
    if (answer?.status === 200) taken.push(id);
    else refusals.push(answer ?? { status: 0, text: "no answer" });
  }
  assert.match(refusals.map(({ text }) => text).join("\n"), /the disk that holds it is full/);
  await eventually("whoever reads, or the log at its end, to be told why", async () => {
    const read = await first.call("GET", "/requests/ids").catch(() => undefined);
    const told = read?.status === 503 && /: the disk that holds it is full/.test(read.text);
    return (
      told || /cannot go on .*disk that holds it is full/.test(scheduler.output()) || undefined
    );
  });
  rmSync(filler);
  // Its session ends when it could not be renewed for too long; `tavola up` starts it again then.
  if (await hasEnded(scheduler)) scheduler = await startScheduler(cluster.master, workDir);
  const second = new Api(t, scheduler.url);
  await eventually("it to take what is posted", async () => {
    const answer = await second
      .call("POST", "/requests", { id: "late", requestType: "WORKER" })
      .catch(() => undefined);
    return answer?.status === 200 || undefined;
  });
  const known = new Set(await second.get<string[]>("/requests/ids"));
  for (const id of ["web", "late", ...taken]) assert.ok(known.has(id), `${id} is lost`);
  const now = await second.get<Parent>("/requests/request/web");
  assert.deepEqual(now.taskIds.healthy, taskIds.healthy);
});

/** Whether it ends, as it does when its session was over; told within a moment. */
async function hasEnded({ exited, url }: SchedulerProcess): Promise<boolean> {
  const client = createHttpClient();
  try {
    return await eventually("the scheduler to lead or to end", async () => {
      const isOver = await Promise.race([exited.then(() => true), Promise.resolve(false)]);
      if (isOver) return { value: true };
      const request = { method: "GET", url: `${url}/api/state` };
      const answer = await client.request(request).catch(() => undefined);
      await answer?.body();
      return answer?.status === 200 ? { value: false } : undefined;
    }).then(({ value }) => value);
  } finally {
    await client.close();
  }
}

/** Writes until there is no room any more. */
function fill(file: string, megabytes: number): void {
  const piece = Buffer.alloc(64 * 1024, 1);
  for (let written = 0; written < megabytes * 16; written += 1) {
    try {
      writeFileSync(file, piece, { flag: "a" });
    } catch {
      return;
    }
  }
}
