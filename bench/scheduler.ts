/**
 * What the scheduler of services costs, at 10,000 requests with 5 instances each on 2,000 agents.
 *
 * Three processes on loopback: a real master (`tavola master`), a real scheduler (`tavola scheduler`, on
 * SQLite), and this one, with the agents (`load/running-fleet.ts`: real messages, tasks that run as soon
 * as they come, answers about sandboxes and usage) and whoever calls the API. First all requests and their deploys are posted while there
 * is no agent; then the agents register, so that everything is placed from empty. The deploys have no
 * health checks and count as healthy once they run. `--requests=N`, `--instances=N`, `--agents=N` choose
 * other numbers.
 *
 * `placements`: tasks a second, from the first that reaches its agent to the last.
 * `place-all`: seconds from the agents' first word until the last task has reached its agent.
 * `all-succeeded`: seconds from the same until the scheduler says that no deploy is pending.
 * `cpu-scheduler`, `cpu-master`: processor time for each task, from the agents' first word until then.
 * `longest-stall`: for how long the scheduler's event loop stood still at worst, from the first POST to
 *   then.
 * `idle-cpu`: of one core, over ten seconds in which nobody asks for anything; half a minute after that.
 * `bytes-per-task`: of the scheduler's memory after a full collection then, requests and deploys included.
 * `deploy-p50`, `deploy-p99`: from POST of a request's next deploy until the request's active deploy is
 *   it, one after the other while the rest idles.
 * `requests-p99`, `state-p99`: `GET /api/requests` and `GET /api/state` by 10 readers at once;
 *   `others-p99…`: one small call (a request by its id) in between, the same without readers
 *   (`others-alone-p99`). Readers and the other are threads of their own; the list was asked for once before.
 * `startup-sqlite`, `startup-postgresql`: from a new scheduler's start until it leads, is connected and
 *   knows all tasks; with the history in either database (left out where there is no PostgreSQL).
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, repositoryRoot } from "@tavola/harness";
import { findPostgres, startPostgres } from "@tavola/test-servers";
import { readInThread } from "./load/api-reader.ts";
import { type Daemon, startDaemon } from "./load/daemon.ts";
import { startLoneMaster } from "./load/lone-master.ts";
import { RunningFleet } from "./load/running-fleet.ts";
import { askInside, type InsideReading, letRest } from "./measure/inside-probe.ts";
import { amountOption } from "./measure/options.ts";
import { cpuSecondsOf, cpuShareOver } from "./measure/processes.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const requests = amountOption("requests", 10_000);
const instances = amountOption("instances", 5);
const agents = amountOption("agents", 2000);
const tasks = requests * instances;
const postersMax = 16;
const readers = 10;
const readingMs = 5000;
const deploysMeasured = Math.min(100, requests);
const boundMs = 600_000;
/** Until the history is written, and V8 has done with what placing left behind. */
const quietMs = 30_000;

const folder = mkdtempSync(join(tmpdir(), "tavola-bench-scheduler-"));
const daemons: Daemon[] = [];
let fleet: RunningFleet | undefined;
try {
  const master = await startMaster();
  const first = await startScheduler(master, []);
  await untilConnected(first, 0);
  const empty = await readInside(first);
  progress(`posting ${requests} requests and their deploys`);
  await postAll(first);
  progress(`${agents} agents register`);
  const placing = await placeAll(master, first);
  const { stallMs } = await readInside(first);
  first.child.send(letRest);
  progress("idle, once sandboxes are known and the history is written");
  await new Promise((resolve) => setTimeout(resolve, quietMs));
  const [idleCpu = 0] = await cpuShareOver(10, [[first.pid]]);
  const full = await readInside(first);
  progress("deploys, one after the other");
  const deployMs = await measureDeploys(first);
  progress("readers");
  const reading = await measureReaders(first);
  progress("restarting");
  const startups = await measureStartups(master, first);
  report(
    "scheduler",
    `${requests} requests of ${instances} instances on ${agents} simulated agents; ${readers} readers`,
    [
      ...placing,
      { name: "longest-stall", value: stallMs, unit: "ms" },
      { name: "bytes-per-task", value: (full.heapBytes - empty.heapBytes) / tasks, unit: "bytes" },
      { name: "idle-cpu", value: idleCpu, unit: "% of a core" },
      { name: "deploy-p50", value: percentile(deployMs, 0.5), unit: "ms" },
      { name: "deploy-p99", value: percentile(deployMs, 0.99), unit: "ms" },
      ...reading,
      ...startups,
    ],
  );
} finally {
  fleet?.close();
  for (const daemon of daemons.reverse()) await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function startMaster(): Promise<Daemon> {
  const master = await startLoneMaster(folder);
  daemons.push(master);
  return master;
}

async function startScheduler(master: Daemon, more: readonly string[]): Promise<Daemon> {
  mkdirSync(join(folder, "scheduler"), { recursive: true });
  const scheduler = await startDaemon(
    join(repositoryRoot, "cli/src/main.ts"),
    [
      "scheduler",
      `--master=${new URL(master.url).host}`,
      `--work_dir=${join(folder, "scheduler")}`,
      "--ip=127.0.0.1",
      "--port=0",
      "--logging_level=WARNING",
      ...more,
    ],
    ["--expose-gc", `--import=${join(repositoryRoot, "bench/measure/inside-probe.ts")}`],
  );
  daemons.push(scheduler);
  return scheduler;
}

function readInside({ child }: Daemon): Promise<InsideReading> {
  return new Promise((resolve, reject) => {
    child.once("message", (reading: InsideReading) => resolve(reading));
    child.once("exit", () => reject(new Error("the scheduler has ended")));
    child.send(askInside);
  });
}

interface State {
  readonly activeTasks: number;
  readonly numDeploys: number;
  readonly hostStates: readonly { readonly mesosConnected: boolean }[];
}

/** It leads, is connected, and knows that many tasks. */
async function untilConnected(scheduler: Daemon, activeTasks: number): Promise<void> {
  const isReady = async (): Promise<true | undefined> => {
    const state = await getState(scheduler).catch(() => undefined);
    if (state?.hostStates[0]?.mesosConnected !== true) return undefined;
    return state.activeTasks >= activeTasks ? true : undefined;
  };
  await eventually("the scheduler to be connected", isReady, { boundMs, intervalMs: 10 });
}

async function getState({ url }: Daemon): Promise<State> {
  const response = await fetch(`${url}/api/state?skipCache=true`);
  if (response.status !== 200) throw new Error(`GET /state: ${response.status}`);
  return (await response.json()) as State;
}

async function call(url: string, body?: object): Promise<void> {
  const post = { method: "POST", headers: { "Content-Type": "application/json" } };
  const init = body === undefined ? {} : { ...post, body: JSON.stringify(body) };
  const response = await fetch(url, init);
  const answer = await response.arrayBuffer();
  if (response.status !== 200) {
    throw new Error(`${url}: ${response.status} ${Buffer.from(answer).toString()}`);
  }
}

function deployOf(requestId: string, id: string): object {
  return {
    deploy: {
      requestId,
      id,
      command: "exec sleep 100000",
      resources: { cpus: 0.1, memoryMb: 32, diskMb: 0, numPorts: 1 },
      considerHealthyAfterRunningForSeconds: 0,
      deployHealthTimeoutSeconds: 3600,
    },
  };
}

async function postAll({ url }: Daemon): Promise<void> {
  let next = 0;
  const poster = async (): Promise<void> => {
    while (next < requests) {
      const id = `request-${next++}`;
      await call(`${url}/api/requests`, { id, requestType: "WORKER", instances });
      await call(`${url}/api/deploys`, deployOf(id, "d1"));
    }
  };
  await Promise.all(Array.from({ length: postersMax }, poster));
}

async function placeAll(master: Daemon, scheduler: Daemon): Promise<BenchResult[]> {
  const cpusPerAgent = Math.ceil((tasks / agents) * 0.1 * 1.5) + 1;
  const opened = await RunningFleet.open({
    agents,
    addressesMax: 200,
    cpusPerAgent,
    memoryMbPerAgent: cpusPerAgent * 10 * 32,
  });
  fleet = opened;
  let firstAt = 0;
  const groups = [[scheduler.pid], [master.pid]];
  const cpuBefore = groups.map(cpuSecondsOf);
  const startedAt = performance.now();
  const allPlaced = new Promise<number>((resolve) => {
    opened.onTask = () => {
      if (firstAt === 0) firstAt = performance.now();
      if (opened.running === tasks) resolve(performance.now());
    };
  });
  opened.register(master.url);
  const bound = AbortSignal.timeout(boundMs);
  const lastAt = await Promise.race([
    allPlaced,
    new Promise<never>((_, reject) => {
      bound.addEventListener("abort", () => {
        reject(new Error(`only ${opened.running} of ${tasks} tasks were placed`));
      });
    }),
  ]);
  progress(`${tasks} tasks placed; waiting for the deploys`);
  const noneIsPending = async (): Promise<true | undefined> =>
    (await getState(scheduler)).numDeploys === 0 ? true : undefined;
  await eventually("all deploys to succeed", noneIsPending, { boundMs, intervalMs: 500 });
  const allAt = performance.now();
  const cpu = ["cpu-scheduler", "cpu-master"].map((name, i) => {
    const seconds = cpuSecondsOf(groups[i] ?? []) - (cpuBefore[i] ?? 0);
    return { name, value: (seconds * 1e6) / tasks, unit: "us/task" };
  });
  return [
    { name: "placements", value: tasks / ((lastAt - firstAt) / 1000), unit: "tasks/s" },
    { name: "place-all", value: (lastAt - startedAt) / 1000, unit: "s" },
    { name: "all-succeeded", value: (allAt - startedAt) / 1000, unit: "s" },
    ...cpu,
  ];
}

async function measureDeploys({ url }: Daemon): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < deploysMeasured; n += 1) {
    const id = `request-${Math.floor((n * requests) / deploysMeasured)}`;
    const startedAt = performance.now();
    await call(`${url}/api/deploys`, deployOf(id, "d2"));
    while ((await activeDeployOf(url, id)) !== "d2") {
      if (performance.now() - startedAt > 60_000) throw new Error(`deploy of ${id} does not end`);
    }
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function activeDeployOf(url: string, id: string): Promise<string | undefined> {
  const response = await fetch(`${url}/api/requests/request/${id}`);
  const { requestDeployState } = (await response.json()) as {
    readonly requestDeployState?: { readonly activeDeploy?: { readonly deployId: string } };
  };
  return requestDeployState?.activeDeploy?.deployId;
}

async function measureReaders({ url }: Daemon): Promise<BenchResult[]> {
  const ms = (name: string, value: number): BenchResult => ({ name, value, unit: "ms" });
  const alone = await read(url, undefined);
  // The first answer after 10,000 deploys writes all of the list anew.
  await readInThread({ url: `${url}/api/requests`, readers: 1, pauseMs: 0, durationMs: 1 });
  const list = await read(url, "requests");
  const state = await read(url, "state");
  return [
    ms("requests-p50", percentile(list.readMs, 0.5)),
    ms("requests-p99", percentile(list.readMs, 0.99)),
    ms("state-p99", percentile(state.readMs, 0.99)),
    ms("others-alone-p99", percentile(alone.otherMs, 0.99)),
    ms("others-p99-requests", percentile(list.otherMs, 0.99)),
    ms("others-p99-state", percentile(state.otherMs, 0.99)),
  ];
}

/** For some seconds ten readers ask for `what` again and again; one other asks for a small thing. */
async function read(
  url: string,
  what: "requests" | "state" | undefined,
): Promise<{ readonly readMs: readonly number[]; readonly otherMs: readonly number[] }> {
  const other = `${url}/api/requests/request/request-0/simple`;
  const [readMs, otherMs] = await Promise.all([
    what === undefined
      ? []
      : readInThread({ url: `${url}/api/${what}`, readers, pauseMs: 0, durationMs: readingMs }),
    readInThread({ url: other, readers: 1, pauseMs: 10, durationMs: readingMs }),
  ]);
  return { readMs, otherMs };
}

async function measureStartups(master: Daemon, running: Daemon): Promise<BenchResult[]> {
  const results = [await measureStartup("startup-sqlite", master, running, [])];
  const found = findPostgres();
  const last = daemons.at(-1);
  if (found.error !== undefined || last === undefined) {
    progress(`no PostgreSQL: ${found.error}`);
    return results;
  }
  const postgres = await startPostgres();
  try {
    await postgres.untilServing();
    const history = `--history=${postgres.url()}`;
    results.push(await measureStartup("startup-postgresql", master, last, [history]));
    await daemons.pop()?.stop();
  } finally {
    await postgres.close();
  }
  return results;
}

async function measureStartup(
  name: string,
  master: Daemon,
  running: Daemon,
  more: readonly string[],
): Promise<BenchResult> {
  await running.stop();
  daemons.splice(daemons.indexOf(running), 1);
  const startedAt = performance.now();
  const scheduler = await startScheduler(master, more);
  await untilConnected(scheduler, tasks);
  return { name, value: (performance.now() - startedAt) / 1000, unit: "s" };
}
