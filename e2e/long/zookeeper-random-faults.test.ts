/**
 * A ZooKeeper ensemble whose servers are killed, stopped and started at random for a while, under four
 * contenders and one busy writer: never two leaders, no acknowledged write lost, and peace afterwards.
 *
 * The seed is printed; the dice are its, the timing is the machine's.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomInt, seededRandom } from "@tavola/base";
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
import { type Ensemble, findZooKeeper, startZooKeeper } from "@tavola/test-servers";

const options = { skip: findZooKeeper().error ?? false, timeout: 300_000 };
const stormMs = 60_000;
const sessionTimeoutMs = 2_000;
const group = "/storm/masters";

function open(ensemble: Ensemble): Promise<Coordination> {
  const url = parseStoreUrl(ensemble.url("/storm"));
  assert.ok(url.value);
  return openCoordination(url.value, { sessionTimeoutMs, logger: silentLogger });
}

/** Stands for election again and again, each time with a session of its own, as a supervisor has it. */
class Contender {
  readonly #ensemble: Ensemble;
  readonly #name: Buffer;
  candidacy: Candidacy | undefined;
  terms = 0;
  #stopped = false;
  #running: Promise<void>;
  #withdraw: (() => void) | undefined;

  constructor(ensemble: Ensemble, name: string) {
    this.#ensemble = ensemble;
    this.#name = Buffer.from(name);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#withdraw?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const store = await open(this.#ensemble);
      const candidacy = contend(store, group, masterLabel, this.#name);
      this.candidacy = candidacy;
      void candidacy.elected.then(() => {
        this.terms += 1;
      });
      const { promise: withdrawn, resolve } = Promise.withResolvers<void>();
      this.#withdraw = resolve;
      await Promise.race([candidacy.lost, withdrawn]);
      this.candidacy = undefined;
      await store.close();
    }
  }
}

/** Writes a log entry and moves its head in one transaction, as the registrar does. */
class Writer {
  readonly acknowledged: number[] = [];
  unknown = 0;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(ensemble: Ensemble) {
    this.#running = this.#run(ensemble);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(ensemble: Ensemble): Promise<void> {
    let store = await open(ensemble);
    while (!this.#stopped) {
      if (store.session.state === "expired") store = await open(ensemble);
      try {
        await this.#append(store);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === "OUTCOME_UNKNOWN") this.unknown += 1;
        else assert.match(code ?? String(error), /UNAVAILABLE|SESSION_EXPIRED/);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await store.close();
  }

  async #append(store: Coordination): Promise<void> {
    const head = await store.get("/storm/head");
    const next = head === undefined ? 0 : Number(Buffer.from(head.value).toString()) + 1;
    const value = Buffer.from(String(next));
    const moved =
      head === undefined
        ? ({ kind: "create", path: "/storm/head", value } as const)
        : ({ kind: "set", path: "/storm/head", value, version: head.version } as const);
    const outcome = await store.transact([
      { kind: "create", path: `/storm/log/${next}`, value },
      moved,
    ]);
    assert.deepEqual(outcome, { done: true }, "nobody else writes");
    this.acknowledged.push(next);
  }
}

/** Breaks one server after another, at times two, and mends them. */
async function storm(ensemble: Ensemble, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const startedAt = performance.now();
  let faults = 0;
  while (performance.now() - startedAt < stormMs) {
    const hit = ensemble.servers.filter(() => random.next() < 0.45).slice(0, 2);
    for (const server of hit) {
      faults += 1;
      if (random.next() < 0.5) await server.kill();
      else server.stop();
    }
    await new Promise((resolve) => setTimeout(resolve, 200 + randomInt(random, 4_000)));
    for (const server of hit) {
      if (server.isRunning) server.cont();
      else await server.restart();
    }
    await ensemble.untilServing();
    await new Promise((resolve) => setTimeout(resolve, randomInt(random, 1_500)));
  }
  return faults;
}

test(
  "ZooKeeper in a storm: one leader at most, nothing acknowledged is lost",
  options,
  async (context) => {
    const seed = randomInt({ next: Math.random }, 2 ** 31);
    context.diagnostic(`seed ${seed}`);
    const ensemble = await startZooKeeper({ count: 3 });
    const contenders = ["a", "b", "c", "d"].map((name) => new Contender(ensemble, name));
    const writer = new Writer(ensemble);
    const leaders = (): number =>
      contenders.filter(({ candidacy }) => candidacy?.isLeading() === true).length;
    let most = 0;
    const looking = setInterval(() => {
      most = Math.max(most, leaders());
    }, 2);
    try {
      const faults = await storm(ensemble, seed);
      await eventually("one leader in peace", () => (leaders() === 1 ? true : undefined), {
        boundMs: 20_000,
      });
      await writer.stop();
      const terms = contenders.reduce((sum, contender) => sum + contender.terms, 0);
      context.diagnostic(
        `${faults} faults, ${terms} terms, ${writer.acknowledged.length} writes acknowledged, ${writer.unknown} left open`,
      );
      assert.equal(most, 1, "leaders at one moment");
      assert.ok(terms > 1 && writer.acknowledged.length > 100);
      const store = await open(ensemble);
      await eventually("connected", () => store.session.state === "connected" || undefined);
      const log = new Set(await store.children("/storm/log"));
      const lost = writer.acknowledged.filter((entry) => !log.has(String(entry)));
      assert.deepEqual(lost, []);
      assert.equal((await store.children(group)).length, contenders.length);
      await store.close();
    } finally {
      clearInterval(looking);
      await Promise.all([...contenders.map((contender) => contender.stop()), writer.stop()]);
      await ensemble.close();
    }
  },
);
