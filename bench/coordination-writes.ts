/**
 * What a registry's write costs on each store.
 *
 * Workload: as the registrar writes, one after the other for `--seconds=N` (2): a transaction that
 * creates a log entry of 2 KiB and sets the head at its version; the time from the call to the answer
 * (`<store>.p50`, `<store>.p99`). Then as many such entries a second as come with 32 in flight,
 * without a head (`<store>.writes`). Embedded on the disk that holds the system's temporary folder;
 * ZooKeeper and etcd as one server and as three, all on this machine, which share its disk and
 * processors. A store whose servers are not installed is left out, and standard error says so.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Coordination,
  openCoordination,
  parseStoreUrl,
  type StoreWrite,
  untilConnected,
} from "@tavola/coordination";
import { silentLogger } from "@tavola/host";
import { findEtcd, findZooKeeper, startEtcd, startZooKeeper } from "@tavola/test-servers";
import { amountOption } from "./measure/options.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const measuredMs = 1000 * amountOption("seconds", 2);
const entryBytes = 2048;
const inFlight = 32;
const root = "/bench/registry";

interface Started {
  readonly url: string;
  close(): Promise<void>;
}

async function open(text: string): Promise<Coordination> {
  const { value: url, error } = parseStoreUrl(text);
  if (url === undefined) throw new Error(error);
  const store = await openCoordination(url, { sessionTimeoutMs: 10_000, logger: silentLogger });
  await untilConnected(store, 20_000);
  return store;
}

async function mustDo(store: Coordination, writes: readonly StoreWrite[]): Promise<void> {
  const outcome = await store.transact(writes);
  if (!outcome.done) throw new Error(`write ${outcome.failed} was refused: ${outcome.why}`);
}

/** Milliseconds of each write. */
async function writeInTurn(store: Coordination, value: Uint8Array): Promise<readonly number[]> {
  const head = `${root}/head`;
  await mustDo(store, [{ kind: "create", path: head, value: new Uint8Array(64) }]);
  const tookMs: number[] = [];
  const until = performance.now() + measuredMs;
  for (let version = 0; performance.now() < until; version += 1) {
    const startedAt = performance.now();
    await mustDo(store, [
      { kind: "create", path: `${root}/log/${version}`, value },
      { kind: "set", path: head, value: new Uint8Array(64), version },
    ]);
    tookMs.push(performance.now() - startedAt);
  }
  // The first ones connect, compile and make what is above.
  return tookMs.slice(Math.floor(tookMs.length / 10));
}

/** Writes a second. */
async function writeAtOnce(store: Coordination, value: Uint8Array): Promise<number> {
  let written = 0;
  const startedAt = performance.now();
  const writer = async (name: number): Promise<void> => {
    while (performance.now() - startedAt < measuredMs) {
      const path = `${root}/at-once-${name}/${written}`;
      written += 1;
      await mustDo(store, [{ kind: "create", path, value }]);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, name) => writer(name)));
  return (written * 1000) / (performance.now() - startedAt);
}

async function measure(name: string, start: () => Promise<Started>): Promise<BenchResult[]> {
  process.stderr.write(`${name} …\n`);
  const started = await start();
  try {
    const store = await open(started.url);
    try {
      const value = new Uint8Array(entryBytes).fill(1);
      const tookMs = await writeInTurn(store, value);
      const perSecond = await writeAtOnce(store, value);
      return [
        { name: `${name}.p50`, value: percentile(tookMs, 0.5), unit: "ms" },
        { name: `${name}.p99`, value: percentile(tookMs, 0.99), unit: "ms" },
        { name: `${name}.writes`, value: perSecond, unit: "writes/s" },
      ];
    } finally {
      await store.close();
    }
  } finally {
    await started.close();
  }
}

async function embedded(): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-bench-"));
  return {
    url: `sqlite://${join(folder, "store.db")}`,
    close: async () => rmSync(folder, { recursive: true }),
  };
}

const results = await measure("embedded", embedded);
const zooKeeper = findZooKeeper();
const etcd = findEtcd();
for (const count of [1, 3] as const) {
  const ofThree = count === 3 ? "-of-3" : "";
  const start = async (servers: ReturnType<typeof startZooKeeper>): Promise<Started> => {
    const ensemble = await servers;
    return { url: ensemble.url("/bench"), close: () => ensemble.close() };
  };
  if (zooKeeper.error === undefined) {
    results.push(
      ...(await measure(`zookeeper${ofThree}`, () =>
        start(startZooKeeper({ count, fsync: true })),
      )),
    );
  }
  if (etcd.error === undefined) {
    results.push(...(await measure(`etcd${ofThree}`, () => start(startEtcd({ count })))));
  }
}
for (const { error } of [zooKeeper, etcd]) {
  if (error !== undefined) process.stderr.write(`left out: ${error}\n`);
}
report(
  "coordination-writes",
  `a log entry of ${entryBytes} bytes and the head in one transaction, one after the other; then ${inFlight} entries in flight; ${measuredMs / 1000} s each`,
  results,
);
