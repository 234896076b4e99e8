/** What the records' store must do on every backend, as one suite. Each test has a path of its own. */

import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { CodedError } from "@tavola/base";
import { type Coordination, valueBytesMax } from "@tavola/coordination";
import { recordBytesMax } from "../record-frame.ts";
import { headPath, recordPath } from "../record-layout.ts";
import { openRecordStore, type RecordStore, type RecordWrite } from "../record-store.ts";
import type { TestStore } from "./record-stores.ts";

type Records = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Given {
  readonly path: string;
  readonly recordBytes: number;
  /** A client that is closed after the test. */
  client(): Promise<Coordination>;
  /** Whoever was elected now, who has loaded everything. */
  lead(): Promise<{ readonly store: RecordStore; readonly records: Records }>;
}

export const put = (kind: string, key: string, value: unknown): RecordWrite => ({
  kind,
  key,
  value,
});

export const withCode =
  (code: string, pattern = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof CodedError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  };

export function plain(loaded: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Records {
  return Object.fromEntries(
    [...loaded].toSorted().map(([kind, all]) => [kind, Object.fromEntries([...all].toSorted())]),
  );
}

/** `start` is called once; a string that it answers is why this machine cannot run it. */
export function recordStoreContract(name: string, start: () => Promise<TestStore | string>): void {
  describe(`records on ${name}`, () => {
    let running: TestStore | string;
    let tests = 0;
    before(async () => {
      running = await start();
    });
    after(async () => {
      if (typeof running !== "string") await running.end();
    });
    const define: Define = (title, run) => {
      tests += 1;
      const path = `/records-${tests}/scheduler`;
      test(title, async (context) => {
        if (typeof running === "string") return context.skip(running);
        await run(givenOn(running, path, context));
      });
    };
    testRecords(define);
    testLargeOnes(define);
    testLeaders(define);
    testTwins(define);
    testDamage(define);
  });
}

type Define = (title: string, run: (given: Given) => Promise<void>) => void;

function givenOn(running: TestStore, path: string, context: TestContext): Given {
  const clients: Coordination[] = [];
  context.after(() => Promise.all(clients.map((client) => client.close())));
  const client = async (): Promise<Coordination> => {
    const opened = await running.open();
    clients.push(opened);
    return opened;
  };
  const lead: Given["lead"] = async () => {
    const store = await openRecordStore(await client(), path);
    return { store, records: plain(await store.load()) };
  };
  return { path, recordBytes: running.recordBytes, client, lead };
}

function testRecords(define: Define): void {
  define(
    "what was written is there for the next one, and what was removed is not",
    async (given) => {
      const { store, records } = await given.lead();
      assert.deepEqual(records, {});
      await store.write([put("request", "a", { id: "a" }), put("request", "b", [1, null, "é"])]);
      await store.write([put("deploy", "a-1", "x"), put("request", "b", undefined)]);
      await store.write([put("request", "a", { id: "a", instances: 2 })]);
      await store.write([put("request", "never-there", undefined)]);
      await store.write([]);
      assert.deepEqual((await given.lead()).records, {
        deploy: { "a-1": "x" },
        request: { a: { id: "a", instances: 2 } },
      });
    },
  );

  define("of several writes to one record the last counts", async (given) => {
    const { store } = await given.lead();
    await store.write([put("request", "a", 1), put("request", "b", 1), put("request", "a", 2)]);
    await store.write([put("request", "b", 2), put("request", "b", undefined)]);
    await store.write([put("request", "c", undefined), put("request", "c", 3)]);
    assert.deepEqual((await given.lead()).records, { request: { a: 2, c: 3 } });
  });

  define("any text is a key, also one longer than a node's name", async (given) => {
    const { store } = await given.lead();
    const keys = [".", "..", "/", "a/b", "%2F", "~", "ä\u{1f600}", "\u0000", " ", "x".repeat(2000)];
    await store.write(keys.map((key) => put("setting", key, key)));
    const { store: next, records } = await given.lead();
    assert.deepEqual(records, plain(new Map([["setting", new Map(keys.map((k) => [k, k]))]])));
    await next.write(keys.map((key) => put("setting", key, undefined)));
    assert.deepEqual((await given.lead()).records, {});
  });

  define("a batch of 1,500 records over several kinds is written at once", async (given) => {
    const { store } = await given.lead();
    const all = Array.from({ length: 1500 }, (_, at) => put(`kind${at % 3}`, `k${at}`, { at }));
    await store.write(all);
    await store.write(all.slice(100).map(({ kind, key }) => put(kind, key, undefined)));
    const { records } = await given.lead();
    const expected = Map.groupBy(all.slice(0, 100), ({ kind }) => kind);
    assert.deepEqual(
      Object.keys(records["kind1"] ?? {}).toSorted(),
      expected
        .get("kind1")
        ?.map(({ key }) => key)
        .toSorted(),
    );
    assert.equal(Object.values(records).flatMap((ofKind) => Object.keys(ofKind)).length, 100);
  });
}

function testLargeOnes(define: Define): void {
  define("a batch of any size is written, in as many values as it takes", async (given) => {
    const many = (bytes: number): readonly RecordWrite[] =>
      Array.from({ length: 8 }, (_, at) => put("task", `t${at}`, `${at}`.padEnd(bytes, ".")));
    for (const bytes of [valueBytesMax, 100_000]) {
      const { store } = await given.lead();
      const batch = [put("request", "first", bytes), ...many(bytes), put("request", "last", bytes)];
      await store.write(batch);
      const { records } = await given.lead();
      assert.deepEqual(records["request"], { first: bytes, last: bytes });
      const tasks = Object.entries(records["task"] ?? {}).map(([key, of]) => put("task", key, of));
      assert.deepEqual(tasks, many(bytes));
    }
  });

  define("a record may grow to megabytes and shrink again", async (given) => {
    const sizes = [valueBytesMax, given.recordBytes, given.recordBytes / 2, 10];
    for (const size of sizes) {
      const { store: leader } = await given.lead();
      await leader.write([
        put("deploy", "large", "x".repeat(size)),
        put("request", "beside", size),
      ]);
      const { records } = await given.lead();
      assert.equal(String(records["deploy"]?.["large"]).length, size);
      assert.equal(records["request"]?.["beside"], size);
    }
    const { store: last } = await given.lead();
    await last.write([put("deploy", "large", undefined)]);
    assert.deepEqual((await given.lead()).records, { request: { beside: 10 } });
  });

  define("one that is larger is refused by name, and the others may be written", async (given) => {
    const { store } = await given.lead();
    const tooLarge = put("deploy", "huge", "x".repeat(recordBytesMax));
    await assert.rejects(
      store.write([put("request", "a", 1), tooLarge]),
      withCode("TOO_LARGE", /deploy "huge"/),
    );
    await store.write([put("request", "b", 1)]);
    assert.deepEqual((await given.lead()).records, { request: { b: 1 } });
  });
}

function testLeaders(define: Define): void {
  define("who takes over fences the former leader, whatever it writes", async (given) => {
    const former = await given.lead();
    await former.store.write([put("request", "a", 1)]);
    const leader = await given.lead();
    const batch = Array.from({ length: 1200 }, (_, at) => put("task", `t${at}`, at));
    await assert.rejects(former.store.write([put("request", "a", 2)]), withCode("FENCED"));
    await assert.rejects(former.store.write(batch), withCode("FENCED"));
    await leader.store.write([put("request", "b", 1)]);
    assert.deepEqual((await given.lead()).records, { request: { a: 1, b: 1 } });
  });
}

function testTwins(define: Define): void {
  define(
    "who is overtaken while it loads is told so, and not that records are damaged",
    async (given) => {
      const slow = await openRecordStore(await given.client(), given.path);
      const { store } = await given.lead();
      await store.write([put("request", "a", 1)]);
      await assert.rejects(slow.load(), withCode("FENCED"));
    },
  );

  define("one that was started again under its name is fenced from itself", async (given) => {
    const start = async () => {
      const store = await openRecordStore(await given.client(), given.path, { writer: "twin:1" });
      await store.load();
      return store;
    };
    const former = await start();
    const now = await start();
    await assert.rejects(former.write([put("request", "a", 1)]), withCode("FENCED", /twin:1/));
    await now.write([put("request", "a", 2)]);
  });
}

function testDamage(define: Define): void {
  /** Leads, writes two records, lets `spoil` at them, and tells with what the next leader fails. */
  const spoiled = async (
    given: Given,
    spoil: (client: Coordination) => Promise<void>,
    expected: ReturnType<typeof withCode>,
  ): Promise<void> => {
    const { store } = await given.lead();
    await store.write([put("request", "a", { id: "a" }), put("request", "b", { id: "b" })]);
    await store.settled();
    await spoil(await given.client());
    await assert.rejects(given.lead(), expected);
  };
  const overwrite = (path: string, value: Uint8Array | string) => async (client: Coordination) => {
    const outcome = await client.transact([{ kind: "set", path, value: Buffer.from(value) }]);
    assert.deepEqual(outcome, { done: true });
  };

  define("a newer head is refused", async (given) => {
    const head = '{"tavola":"scheduler","format":9}';
    await spoiled(
      given,
      overwrite(headPath(given.path), head),
      withCode("NEWER_FORMAT", /state in .* format 9/),
    );
  });

  define("a newer record is refused", async (given) => {
    const record = '{"tavola":"record","format":9}\n{}';
    const node = recordPath(given.path, "request", "a");
    await spoiled(given, overwrite(node, record), withCode("NEWER_FORMAT", /\/a in .* format 9/));
  });

  define("a record that was changed by hand is named", async (given) => {
    const node = recordPath(given.path, "request", "a");
    await spoiled(given, overwrite(node, '{"id":"a"}'), withCode("CORRUPT", /\/a in .*backup/));
  });

  define("a record that is missing is never passed over", async (given) => {
    const node = recordPath(given.path, "request", "a");
    const remove = async (client: Coordination): Promise<void> => {
      assert.deepEqual(await client.transact([{ kind: "delete", path: node }]), { done: true });
    };
    await spoiled(given, remove, withCode("CORRUPT", /has 1 records .* counts 2/));
  });

  define("a foreign node is named, wherever it lies", async (given) => {
    const create = (path: string) => async (client: Coordination) => {
      const value = new Uint8Array();
      assert.deepEqual(await client.transact([{ kind: "create", path, value }]), { done: true });
    };
    await spoiled(
      given,
      create(`${headPath(given.path)}/Not a kind`),
      withCode("CORRUPT", /Not a kind in .* is not of this scheduler/),
    );
  });

  define("a record written beside the leader ends it", async (given) => {
    const { store } = await given.lead();
    const path = recordPath(given.path, "request", "a");
    const client = await given.client();
    await client.transact([{ kind: "create", path, value: Buffer.from("mine") }]);
    await store.write([put("request", "a", 1)]);
    await store.settled();
    await assert.rejects(store.write([put("request", "b", 1)]), withCode("CORRUPT", /\/a in /));
  });

  define("an empty node that was made beforehand is no damage", async (given) => {
    const client = await given.client();
    const value = new Uint8Array();
    await client.transact([{ kind: "create", path: headPath(given.path), value }]);
    const { store, records } = await given.lead();
    assert.deepEqual(records, {});
    await store.write([put("request", "a", 1)]);
    assert.deepEqual((await given.lead()).records, { request: { a: 1 } });
  });
}
