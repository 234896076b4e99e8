/**
 * ZooKeeper and etcd themselves cut apart, server by server, under contenders and writers: never two
 * leaders, and every acknowledged write is there. (needs root and the servers)
 */

import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { CodedError } from "@tavola/base";
import {
  type Candidacy,
  type Coordination,
  contend,
  masterLabel,
  openCoordination,
  parseStoreUrl,
} from "@tavola/coordination";
import { eventually } from "@tavola/harness";
import { silentLogger } from "@tavola/host";
import { type Ensemble, startEtcd, startZooKeeper } from "@tavola/test-servers";
import { whyNoFailover } from "../failover/cluster.ts";
import { createNetwork, type NetworkHost, type TestNetwork } from "../failover/network.ts";

const sessionTimeoutMs = 4_000;
const patience = { boundMs: 40_000, intervalMs: 20 } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Stands for election again and again, with a new session each time. */
class Contender {
  readonly #open: () => Promise<Coordination>;
  readonly #running: Promise<void>;
  #store: Coordination | undefined;
  #candidacy: Candidacy | undefined;
  #isOver = false;

  constructor(open: () => Promise<Coordination>) {
    this.#open = open;
    this.#running = this.#run();
  }

  isLeading(): boolean {
    return this.#candidacy?.isLeading() ?? false;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#candidacy?.withdraw();
    await this.#store?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#store = await this.#open();
      this.#candidacy = contend(this.#store, "/mesos", masterLabel, bytes("x"));
      await this.#candidacy.lost;
      await this.#store.close();
    }
  }
}

/** Writes values one after the other, each under a name of its own; keeps those that were acknowledged. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly #open: () => Promise<Coordination>;
  readonly #name: string;
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(name: string, open: () => Promise<Coordination>) {
    this.#name = name;
    this.#open = open;
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    let number = 0;
    while (!this.#isOver) {
      const store = await this.#open();
      while (!this.#isOver && store.session.state !== "expired") {
        const path = `/load/${this.#name}/${number}`;
        number += 1;
        try {
          const outcome = await store.transact([{ kind: "create", path, value: bytes(path) }]);
          if (outcome.done) this.acknowledged.push(path);
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await store.close();
    }
  }
}

/** Looks as often as it can whether more than one leads. */
function watchLeaders(contenders: readonly Contender[]): { most(): number; stop(): void } {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, contenders.filter((each) => each.isLeading()).length);
  }, 2);
  return { most: () => most, stop: () => clearInterval(timer) };
}

async function cutEachApart(
  context: TestContext,
  network: TestNetwork,
  hosts: readonly NetworkHost[],
  ensemble: Ensemble,
): Promise<void> {
  const url = parseStoreUrl(ensemble.url("/mesos"));
  assert.ok(url.value);
  const storeUrl = url.value;
  const open = () => openCoordination(storeUrl, { sessionTimeoutMs, logger: silentLogger });
  const contenders = [0, 1, 2].map(() => new Contender(open));
  const writers = ["a", "b", "c"].map((name) => new Writer(name, open));
  const leaders = watchLeaders(contenders);
  const someoneLeads = (): true | undefined =>
    contenders.some((each) => each.isLeading()) ? true : undefined;
  const writes = (): number => writers.reduce((sum, each) => sum + each.acknowledged.length, 0);
  try {
    await eventually("a leader", someoneLeads, patience);
    for (const host of hosts) {
      // This process still reaches it.
      await network.isolate(host, hosts);
      const before = writes();
      const cutAt = performance.now();
      await eventually(
        "writes to go on for longer than a session",
        () =>
          writes() > before + 20 && performance.now() - cutAt > sessionTimeoutMs * 1.5
            ? true
            : undefined,
        patience,
      );
      await eventually("a leader meanwhile", someoneLeads, patience);
      await network.heal();
      await ensemble.untilServing();
    }
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      await network.cut(hosts[from] as NetworkHost, hosts[to] as NetworkHost);
      const before = writes();
      await eventually(
        "writes to go on while one server does not hear another",
        () => (writes() > before + 20 ? true : undefined),
        patience,
      );
      await network.heal();
      await ensemble.untilServing();
    }
    await eventually("a leader at the end", someoneLeads, patience);
  } finally {
    leaders.stop();
    await network.heal();
    await Promise.all([...contenders, ...writers].map((each) => each.end()));
  }
  assert.equal(leaders.most(), 1, "leaders at once, at most");
  const reader = await open();
  const paths = writers.flatMap(({ acknowledged }) => acknowledged);
  context.diagnostic(`${paths.length} writes were acknowledged`);
  const values = await eventually("the store to answer", () => reader.getAll(paths), patience);
  const missing = paths.filter((_path, index) => values[index] === undefined);
  await reader.close();
  assert.deepEqual(missing, [], "acknowledged and lost");
}

describe("a store whose servers are cut apart (needs root and the servers)", () => {
  const cases = [
    ["zookeeper", startZooKeeper],
    ["etcd", startEtcd],
  ] as const;
  for (const [name, start] of cases) {
    test(`${name}: never two leaders, nothing acknowledged is lost`, async (context) => {
      const why = whyNoFailover(name);
      if (why !== undefined) return context.skip(why);
      const network = await createNetwork();
      context.after(() => network.close());
      const hosts: NetworkHost[] = [];
      for (const host of ["s1", "s2", "s3"]) hosts.push(await network.addHost(host));
      const ensemble = await start({ places: hosts });
      context.after(() => ensemble.close());
      await cutEachApart(context, network, hosts, ensemble);
    });
  }
});
