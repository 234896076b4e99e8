/**
 * What discovery costs at 100,000 announcements, renewed every 10 s, and 10,000 watchers.
 *
 * Per store (ZooKeeper, etcd; one server each, on this machine): three `tavola discovery` processes, a
 * process that announces and renews at any of them (`load/discovery-announcers.ts`), one that watches at
 * all of them (`load/discovery-watchers.ts`), and this one, which announces something every 250 ms and
 * waits until every watcher was told. All of it shares this machine's processors.
 * `--announcements=N`, `--watchers=N`, `--rounds=N`, `--stores=zookeeper,etcd` choose otherwise.
 *
 * `told-p50`, `told-p99`: from sending an announcement until the last watcher has it, over all rounds of
 *   all stores, while everything is being renewed; `<store>.told-…` of one store. `<store>.told-half-p50`:
 *   until half of the watchers have it. `<store>.quiet-told-…`: the same while nothing is renewed.
 * `<store>.announced`: announcements a second when all of them come at once.
 * `bytes-per-announcement`: of a server's memory after a full collection.
 * `<store>.renewals`: a second, as answered. `<store>.renewal-writes`: batches that the servers wrote
 *   meanwhile (the target is none).
 * `rest-cpu`: of the three servers, when nothing changes: everything is renewed, every watch that waits in
 *   vain is answered and begins anew, and whatever else they do of themselves.
 * `idle-cpu`: the same for a few seconds in which nobody renews and no watch ends.
 * `<store>.renewal-us`, `<store>.told-us`: processor time of all servers for a renewal, and for a watcher that
 *   is told and asks anew; `<store>.load-…`: of the process that renews, or watches, for the same.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "@tavola/harness";
import {
  type Ensemble,
  findEtcd,
  findZooKeeper,
  startEtcd,
  startZooKeeper,
} from "@tavola/test-servers";
import { type Daemon, startDaemon } from "./load/daemon.ts";
import type { AnnouncersAnswer, AnnouncersCall } from "./load/discovery-announcers.ts";
import { steadyMs, type WatchersAnswer, type WatchersCall } from "./load/discovery-watchers.ts";
import { askInside, type InsideReading, letRest } from "./measure/inside-probe.ts";
import { cpuSecondsOf } from "./measure/processes.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const announcements = Number(option("announcements") ?? 100_000);
const watchers = Number(option("watchers") ?? 10_000);
const rounds = Number(option("rounds") ?? 40);
const stores = (option("stores") ?? "zookeeper,etcd").split(",");
const types = Math.max(1, Math.min(1000, announcements / 10));
const servers = 3;
const renewalMs = 10_000;
const roundMs = 250;
const boundMs = 300_000;
/** Every watch ends once. */
const restSeconds = 30;
const idleSeconds = 6;
/** With the idle seconds before, less than a lease less a renewal's period: what nobody renews expires. */
const quietRoundsMs = 10_000;

type Answered = AnnouncersAnswer | WatchersAnswer;

interface StoreKind {
  readonly missing: string | undefined;
  readonly start: () => Promise<Ensemble>;
}

const kinds: Readonly<Record<string, StoreKind>> = {
  zookeeper: {
    missing: findZooKeeper().error,
    start: () => startZooKeeper({ heapMiB: 512, tickMs: 1000 }),
  },
  etcd: { missing: findEtcd().error, start: () => startEtcd() },
};

interface Measured {
  readonly store: string;
  readonly announcedPerSecond: number;
  readonly bytesPerAnnouncement: number;
  readonly renewalsPerSecond: number;
  readonly renewalWrites: number;
  readonly restCpu: number;
  readonly idleCpu: number;
  readonly renewalUs: Spent;
  readonly toldUs: Spent;
  readonly busy: Told;
  readonly quiet: Told;
}

/** Processor time. */
interface Spent {
  readonly servers: number;
  readonly load: number;
}

interface Told {
  readonly lastMs: readonly number[];
  readonly halfMs: readonly number[];
}

const measured: Measured[] = [];
for (const store of stores) {
  const kind = kinds[store];
  if (kind === undefined) throw new Error(`there is no store "${store}"`);
  if (kind.missing !== undefined) process.stderr.write(`left out: ${kind.missing}\n`);
  else measured.push(await measureStore(store, kind));
}
const all = measured.flatMap(({ busy }) => busy.lastMs);
const mean = (of: (each: Measured) => number): number =>
  measured.reduce((sum, each) => sum + of(each), 0) / measured.length;
report(
  "discovery",
  `${announcements} announcements of ${types} types, renewed every ${renewalMs / 1000} s at any of ${servers} servers; ${watchers} watchers; ${rounds} rounds a store`,
  measured.length === 0
    ? []
    : [
        { name: "told-p50", value: percentile(all, 0.5), unit: "ms" },
        { name: "told-p99", value: percentile(all, 0.99), unit: "ms" },
        {
          name: "bytes-per-announcement",
          value: mean((each) => each.bytesPerAnnouncement),
          unit: "bytes",
        },
        { name: "rest-cpu", value: mean((each) => each.restCpu), unit: "% of a core" },
        { name: "idle-cpu", value: mean((each) => each.idleCpu), unit: "% of a core" },
        ...measured.flatMap(resultsOf),
      ],
);

function option(name: string): string | undefined {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return given?.slice(name.length + 3);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function resultsOf({ store, busy, quiet, ...each }: Measured): readonly BenchResult[] {
  const ms = (name: string, values: readonly number[], share: number): BenchResult => ({
    name: `${store}.${name}`,
    value: percentile(values, share),
    unit: "ms",
  });
  return [
    ms("told-p50", busy.lastMs, 0.5),
    ms("told-p99", busy.lastMs, 0.99),
    ms("told-half-p50", busy.halfMs, 0.5),
    ms("quiet-told-p50", quiet.lastMs, 0.5),
    ms("quiet-told-p99", quiet.lastMs, 0.99),
    { name: `${store}.announced`, value: each.announcedPerSecond, unit: "announcements/s" },
    { name: `${store}.renewals`, value: each.renewalsPerSecond, unit: "renewals/s" },
    { name: `${store}.renewal-writes`, value: each.renewalWrites, unit: "batches" },
    { name: `${store}.rest-cpu`, value: each.restCpu, unit: "% of a core" },
    { name: `${store}.idle-cpu`, value: each.idleCpu, unit: "% of a core" },
    { name: `${store}.renewal-us`, value: each.renewalUs.servers, unit: "µs" },
    { name: `${store}.load-renewal-us`, value: each.renewalUs.load, unit: "µs" },
    { name: `${store}.told-us`, value: each.toldUs.servers, unit: "µs" },
    { name: `${store}.load-told-us`, value: each.toldUs.load, unit: "µs" },
  ];
}

async function measureStore(store: string, kind: StoreKind): Promise<Measured> {
  progress(`${store}: starting`);
  const folder = mkdtempSync(join(tmpdir(), "tavola-bench-discovery-"));
  const ensemble = await kind.start();
  const daemons: Daemon[] = [];
  const children: ChildProcess[] = [];
  try {
    for (let each = 0; each < servers; each += 1) {
      daemons.push(await startServer(join(folder, String(each)), ensemble.url("/tavola")));
    }
    const empty = await bytesOf(daemons);
    progress(`${store}: ${announcements} are announced`);
    const announcers = startChild("discovery-announcers.ts");
    const watching = startChild("discovery-watchers.ts");
    children.push(announcers, watching);
    const urls = daemons.map(({ url }) => url);
    const start = { kind: "start", servers: urls } as const;
    // From the first one on: to announce all of them may take longer than a lease.
    tell(announcers, { kind: "renew", periodMs: renewalMs });
    const announcing = await call(announcers, { ...start, announcements, types }, "announced");
    const bytes = (await bytesOf(daemons)) - empty;
    progress(`${store}: ${watchers} watch`);
    await call(watching, { ...start, watchers }, "waiting");
    progress(`${store}: renewals are counted`);
    const writesBefore = await batchesWritten(urls);
    await call(announcers, { kind: "count" }, "renewed");
    const rest = await spentOver(daemons, announcers, () => seconds(restSeconds));
    const renewal = await call(announcers, { kind: "count" }, "renewed");
    const renewalWrites = (await batchesWritten(urls)) - writesBefore;
    if (renewal.failed > 0) throw new Error(`${renewal.failed} renewals failed`);
    progress(`${store}: telling, with renewals`);
    const busy = await tellAll(urls, watching, { count: rounds });
    await call(announcers, { kind: "stop" }, "stopped");
    progress(`${store}: idle, then telling without renewals`);
    const idle = await spentOver(daemons, announcers, () => seconds(idleSeconds));
    const toldQuietly = await spentOver(daemons, watching, () =>
      tellAll(urls, watching, { count: rounds, withinMs: quietRoundsMs }),
    );
    return {
      store,
      announcedPerSecond: announcements / announcing.seconds,
      bytesPerAnnouncement: bytes / servers / announcements,
      renewalsPerSecond: renewal.count / rest.seconds,
      renewalWrites,
      restCpu: (100 * rest.servers) / rest.seconds,
      idleCpu: (100 * idle.servers) / idle.seconds,
      renewalUs: microsecondsEach(rest, renewal.count),
      toldUs: microsecondsEach(toldQuietly, toldQuietly.result.lastMs.length * watchers),
      busy,
      quiet: toldQuietly.result,
    };
  } finally {
    for (const child of children) child.kill();
    for (const daemon of daemons) await daemon.stop();
    await ensemble.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startServer(folder: string, store: string): Promise<Daemon> {
  mkdirSync(folder, { recursive: true });
  const args = ["discovery", "--port=0", `--work_dir=${folder}`, `--store=${store}`];
  const probe = join(import.meta.dirname, "measure/inside-probe.ts");
  const server = await startDaemon(
    join(repositoryRoot, "cli/src/main.ts"),
    [...args, "--logging_level=WARNING", "--store_session_timeout=20secs"],
    ["--expose-gc", `--import=${probe}`],
  );
  server.child.send(letRest);
  return server;
}

function startChild(name: string): ChildProcess {
  return fork(join(import.meta.dirname, "load", name), [], { stdio: "inherit" });
}

function tell(child: ChildProcess, message: AnnouncersCall | WatchersCall): void {
  child.send(message);
}

/** Resolves with the answer of that kind. */
async function call<K extends Answered["kind"]>(
  child: ChildProcess,
  message: AnnouncersCall | WatchersCall,
  kind: K,
): Promise<Extract<Answered, { kind: K }>> {
  const answer = nextAnswer(child, kind);
  tell(child, message);
  return await answer;
}

async function nextAnswer<K extends Answered["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Answered, { kind: K }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<Answered, { kind: K }>>();
  const heard = (message: Answered): void => {
    if (message.kind === kind) resolve(message as Extract<Answered, { kind: K }>);
  };
  const ended = (): void => reject(new Error(`the process that answers "${kind}" has ended`));
  const bound = setTimeout(() => reject(new Error(`no "${kind}" within ${boundMs} ms`)), boundMs);
  child.on("message", heard).once("exit", ended);
  try {
    return await promise;
  } finally {
    clearTimeout(bound);
    child.off("message", heard).off("exit", ended);
  }
}

/** One announcement after the other, each at another server. */
async function tellAll(
  urls: readonly string[],
  watching: ChildProcess,
  { count, withinMs = Number.POSITIVE_INFINITY }: { count: number; withinMs?: number },
): Promise<Told> {
  const lastMs: number[] = [];
  const halfMs: number[] = [];
  const startedAt = steadyMs();
  for (let round = 0; round < count && steadyMs() - startedAt < withinMs; round += 1) {
    const id = crypto.randomUUID();
    // Else who is told before would not be counted, but when the announcement expires.
    await call(watching, { kind: "expect", id }, "expecting");
    await new Promise((resolve) => setTimeout(resolve, roundMs));
    const told = nextAnswer(watching, "told");
    const sentAt = steadyMs();
    const announcement = {
      announcementId: id,
      serviceType: "told",
      serviceUri: "http://10.0.0.1:31000",
    };
    const response = await fetch(`${urls[round % urls.length]}/announcement`, {
      method: "POST",
      body: JSON.stringify(announcement),
    });
    if (response.status !== 201) throw new Error(await response.text());
    const { middleAt, lastAt } = await told;
    halfMs.push(middleAt - sentAt);
    lastMs.push(lastAt - sentAt);
  }
  return { lastMs, halfMs };
}

async function bytesOf(daemons: readonly Daemon[]): Promise<number> {
  const readings = daemons.map(async ({ child }) => {
    const { promise, resolve } = Promise.withResolvers<InsideReading>();
    child.once("message", resolve);
    child.send(askInside);
    return (await promise).heapBytes;
  });
  return (await Promise.all(readings)).reduce((sum, bytes) => sum + bytes, 0);
}

async function batchesWritten(urls: readonly string[]): Promise<number> {
  let written = 0;
  for (const url of urls) {
    const text = await (await fetch(`${url}/metrics`)).text();
    written += Number(/^tavola_discovery_batches_written (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  }
  return written;
}

/** Processor seconds of the servers, and of the process that loads them, while `run` runs. */
async function spentOver<T>(
  daemons: readonly Daemon[],
  load: ChildProcess,
  run: () => Promise<T>,
): Promise<Spent & { readonly seconds: number; readonly result: T }> {
  const pids = daemons.map(({ pid }) => pid);
  const startedAt = performance.now();
  const serversBefore = cpuSecondsOf(pids);
  const loadBefore = cpuSecondsOf([load.pid ?? 0]);
  const result = await run();
  return {
    servers: cpuSecondsOf(pids) - serversBefore,
    load: cpuSecondsOf([load.pid ?? 0]) - loadBefore,
    seconds: (performance.now() - startedAt) / 1000,
    result,
  };
}

function microsecondsEach({ servers: ours, load }: Spent, count: number): Spent {
  return { servers: (1e6 * ours) / count, load: (1e6 * load) / count };
}

async function seconds(count: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000 * count));
}
