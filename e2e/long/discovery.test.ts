/**
 * Several discovery servers as processes over one store: each is killed or stopped under renewals, and
 * so is the store. Whoever renews is never gone, and who does not goes once.
 */

import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { eventually } from "@tavola/harness";
import {
  type Ensemble,
  findEtcd,
  findZooKeeper,
  startEtcd,
  startZooKeeper,
} from "@tavola/test-servers";
import { type DiscoveryProcess, startDiscoveryProcess } from "../discovery-process.ts";

const boundMs = 90_000;
const renewEveryMs = 500;
/** A watch waits for one second; one that is stopped must not cost a lease. */
const answerMs = 3_000;
const triesPerServer = 2;
/** Many renewals long, for machines that do much else. */
const flags = ["--lease=10secs", "--store_session_timeout=4secs", "--watch_timeout=1secs"];

interface Update {
  readonly fullUpdate: boolean;
  readonly index: number;
  readonly deletes: readonly string[];
  readonly updates: readonly { readonly announcementId: string; readonly serviceUri: string }[];
}

interface Kind {
  readonly name: string;
  readonly missing: string | undefined;
  readonly start: () => Promise<Ensemble>;
}

const kinds: readonly Kind[] = [
  { name: "ZooKeeper", missing: findZooKeeper().error, start: () => startZooKeeper() },
  { name: "etcd", missing: findEtcd().error, start: () => startEtcd() },
];

/** Asks one server after the other until one answers, as clients do. */
async function askAny(
  servers: readonly DiscoveryProcess[],
  path: string,
  options: { readonly method?: string; readonly body?: string } = {},
): Promise<Response> {
  let last: unknown;
  const first = Math.floor(Math.random() * servers.length);
  for (let each = 0; each < triesPerServer * servers.length; each += 1) {
    const server = servers[(first + each) % servers.length];
    try {
      const signal = AbortSignal.timeout(answerMs);
      const response = await fetch(`${server?.url}${path}`, { ...options, signal });
      if (response.status < 500) return response;
      last = new Error(`${response.status} ${await response.text()}`);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Renews what it announced, and follows what is told, each time at any of the servers. */
class Client {
  readonly #servers: readonly DiscoveryProcess[];
  readonly known = new Map<string, string>();
  readonly gone: string[] = [];
  readonly failures: unknown[] = [];
  #isOver = false;
  #loops: Promise<void>[] = [];
  #index: number | undefined;

  constructor(servers: readonly DiscoveryProcess[]) {
    this.#servers = servers;
  }

  async announce(id: string): Promise<void> {
    const body = { announcementId: id, serviceType: "web", serviceUri: `http://${id}:80` };
    const request = { method: "POST", body: JSON.stringify(body) };
    const response = await askAny(this.#servers, "/announcement", request);
    assert.equal(response.status, 201, await response.text());
  }

  begin(ids: readonly string[]): void {
    // Each by itself: one that asked a server that is stopped holds up no other.
    const renewals = ids.map((id) => this.#loop(() => this.announce(id), renewEveryMs));
    this.#loops = [...renewals, this.#loop(() => this.#watch(), 0)];
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #loop(run: () => Promise<void>, pauseMs: number): Promise<void> {
    while (!this.#isOver) {
      try {
        await run();
      } catch (error) {
        this.failures.push(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #watch(): Promise<void> {
    const since = this.#index === undefined ? "" : `?since=${this.#index + 1}`;
    const response = await askAny(this.#servers, `/watch${since}`);
    if (response.status === 204) return;
    const update = (await response.json()) as Update;
    const before = new Set(this.known.keys());
    if (update.fullUpdate) this.known.clear();
    this.#index = update.index;
    for (const id of update.deletes) this.known.delete(id);
    for (const each of update.updates) this.known.set(each.announcementId, each.serviceUri);
    for (const id of before) if (!this.known.has(id)) this.gone.push(id);
  }
}

function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<true> {
  return eventually(what, async () => ((await isSo()) ? true : undefined), { boundMs });
}

interface Cast {
  readonly store: Ensemble;
  readonly servers: readonly DiscoveryProcess[];
  readonly client: Client;
  /** Of the server, as announced. */
  idOf(server: DiscoveryProcess | undefined): string;
}

/** Three servers, thirty announcements that are renewed, one watcher. */
async function begin(t: TestContext, start: () => Promise<Ensemble>): Promise<Cast> {
  const store = await start();
  const servers: DiscoveryProcess[] = [];
  t.after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await store.close();
  });
  for (let each = 0; each < 3; each += 1) {
    servers.push(await startDiscoveryProcess([`--store=${store.url("/tavola")}`, ...flags]));
  }
  const client = new Client(servers);
  t.after(() => client.end());
  const ids = Array.from({ length: 30 }, (_, each) => `renewed-${each}`);
  for (const id of ids) await client.announce(id);
  client.begin(ids);
  await until("all are told", () => client.known.size === 33);
  const idOf = (server: DiscoveryProcess | undefined): string => {
    const found = [...client.known].find(([, uri]) => uri === server?.url);
    return found?.[0] ?? "";
  };
  return { store, servers, client, idOf };
}

/** One that nobody renews, gone again: a lease has passed since it was announced. */
async function untilForgotten(client: Client, id: string): Promise<void> {
  await client.announce(id);
  await until(`${id} has expired`, () => client.gone.includes(id));
}

for (const { name, missing, start } of kinds) {
  describe(`discovery servers over ${name}`, { skip: missing }, () => {
    test("one is killed under renewals: who renews stays, who does not goes once, so does the server", async (t) => {
      const { servers, client, idOf } = await begin(t, start);
      const killed = idOf(servers[0]);
      servers[0]?.signal("SIGKILL");
      await untilForgotten(client, "forgotten");
      await until("the server is not announced any more", () => client.gone.includes(killed));
      await client.end();
      assert.deepEqual([...client.gone].sort(), ["forgotten", killed].sort());
      assert.deepEqual(client.failures, [], "one of the others always answered");
    });

    test("one is stopped, taken for gone, and goes on: it expires nobody", async (t) => {
      const { servers, client, idOf } = await begin(t, start);
      const stopped = idOf(servers[1]);
      servers[1]?.signal("SIGSTOP");
      await until("it is taken for gone", () => client.gone.includes(stopped));
      await untilForgotten(client, "first");
      servers[1]?.signal("SIGCONT");
      await until("it is back", () => idOf(servers[1]) !== "");
      await untilForgotten(client, "second");
      await client.end();
      // What was sent to it while it was stopped it has taken when it went on: "first" may be gone twice.
      assert.deepEqual([...new Set(client.gone)].sort(), ["first", "second", stopped].sort());
      assert.deepEqual(client.failures, []);
    });

    test("the store is killed for longer than a lease: nobody goes, answers say how old they are", async (t) => {
      const { store, servers, client } = await begin(t, start);
      await store.servers[0]?.kill();
      const [server] = servers;
      const staleSeconds = async (): Promise<number> => {
        const response = await fetch(`${server?.url}/services/web`);
        const { instances } = (await response.json()) as { readonly instances: readonly unknown[] };
        assert.equal(instances.length, 30);
        return Number(response.headers.get("x-tavola-stale") ?? 0);
      };
      await until(
        "it has been away for longer than a lease",
        async () => (await staleSeconds()) > 12,
      );
      await store.servers[0]?.restart();
      await store.untilServing();
      await until("it is back", async () => (await staleSeconds()) === 0);
      await untilForgotten(client, "afterwards");
      await client.end();
      const renewed = client.gone.filter((id) => id.startsWith("renewed"));
      assert.deepEqual(renewed, []);
      assert.deepEqual(client.failures, []);
    });
  });
}
