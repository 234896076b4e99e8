/** The contract's part on values, versions and transactions. */

import assert from "node:assert/strict";
import { valueBytesMax } from "../coordination.ts";
import { bytes, type DefineTest, done, refused, text, withCode } from "./contract-kit.ts";

export function testTransactions(define: DefineTest): void {
  define(
    "a value is created at version 0 and grows by one with every write",
    async ({ root, open }) => {
      const store = await open();
      const path = `${root}/value`;
      assert.equal(await store.get(path), undefined);
      await done(store, { kind: "create", path, value: bytes("a") });
      assert.deepEqual(await store.get(path), { value: bytes("a"), version: 0 });
      await done(store, { kind: "set", path, value: bytes("b") });
      await done(store, { kind: "set", path, value: bytes("c"), version: 1 });
      assert.deepEqual(await store.get(path), { value: bytes("c"), version: 2 });
      await done(store, { kind: "delete", path, version: 2 });
      assert.equal(await store.get(path), undefined);
      await done(store, { kind: "create", path, value: bytes("again") });
      assert.equal((await store.get(path))?.version, 0);
    },
  );

  define("an empty value and any byte are kept as they are", async ({ root, open }) => {
    const store = await open();
    const every = Uint8Array.from({ length: 256 }, (_, index) => index);
    await done(
      store,
      { kind: "create", path: `${root}/empty`, value: bytes("") },
      { kind: "create", path: `${root}/every`, value: every },
    );
    const [empty, all] = await store.getAll([`${root}/empty`, `${root}/every`]);
    assert.equal(empty?.value.length, 0);
    assert.deepEqual([...(all?.value ?? [])], [...every]);
  });

  define("what is above a created value is made, empty, at version 0", async ({ root, open }) => {
    const store = await open();
    await done(store, { kind: "create", path: `${root}/a/b/c`, value: bytes("deep") });
    const above = await store.getAll([root, `${root}/a`, `${root}/a/b`]);
    for (const value of above) {
      assert.equal(value?.value.length, 0);
      assert.equal(value?.version, 0);
    }
    await done(store, { kind: "create", path: `${root}/a/b/d`, value: bytes("") });
    assert.deepEqual(await store.children(`${root}/a/b`), ["c", "d"]);
    assert.equal((await store.get(`${root}/a/b`))?.version, 0, "a child is no write to its parent");
  });

  define("children are told sorted, and none where nothing is", async ({ root, open }) => {
    const store = await open();
    assert.deepEqual(await store.children(`${root}/nothing`), []);
    for (const name of ["b", "a", "B", "a2", "aa"]) {
      await done(store, { kind: "create", path: `${root}/some/${name}`, value: bytes(name) });
    }
    await done(store, { kind: "create", path: `${root}/some/a/below`, value: bytes("") });
    await done(store, { kind: "create", path: `${root}/something`, value: bytes("") });
    assert.deepEqual(await store.children(`${root}/some`), ["B", "a", "a2", "aa", "b"]);
    assert.ok((await store.children("/")).includes(root.slice(1)));
  });

  define("getAll() answers in the order asked, with gaps", async ({ root, open }) => {
    const store = await open();
    await done(store, { kind: "create", path: `${root}/1`, value: bytes("one") });
    await done(store, { kind: "create", path: `${root}/2`, value: bytes("two") });
    const values = await store.getAll([`${root}/2`, `${root}/0`, `${root}/1`, `${root}/2`]);
    assert.deepEqual(
      values.map((value) => text(value?.value)),
      ["two", undefined, "one", "two"],
    );
    assert.deepEqual(await store.getAll([]), []);
  });

  define(
    "a write that cannot be done says which and why, and none is done",
    async ({ root, open }) => {
      const store = await open();
      const path = `${root}/there`;
      await done(store, { kind: "create", path, value: bytes("0") });
      await done(store, { kind: "create", path: `${root}/parent/child`, value: bytes("") });
      const before = { kind: "create", path: `${root}/before`, value: bytes("") } as const;
      const value = bytes("x");
      const missing = `${root}/missing`;
      const cases = [
        [{ kind: "create", path, value }, "exists"],
        [{ kind: "set", path: missing, value }, "missing"],
        [{ kind: "set", path: missing, value, version: 0 }, "missing"],
        [{ kind: "set", path, value, version: 7 }, "version"],
        [{ kind: "delete", path: missing }, "missing"],
        [{ kind: "delete", path, version: 1 }, "version"],
        [{ kind: "delete", path: `${root}/parent` }, "has-children"],
        [{ kind: "check", path, version: 3 }, "version"],
        [{ kind: "check", path: missing, version: 0 }, "missing"],
        [{ kind: "check", path, version: "absent" }, "exists"],
      ] as const;
      for (const [write, why] of cases) {
        const after = { kind: "create", path: `${root}/after`, value: bytes("") } as const;
        const outcome = await store.transact([before, write, after]);
        assert.deepEqual(outcome, refused(1, why), JSON.stringify(write));
        assert.deepEqual(await store.transact([write]), refused(0, why));
      }
      assert.deepEqual(await store.children(root), ["parent", "there"]);
      assert.deepEqual(await store.get(path), { value: bytes("0"), version: 0 });
    },
  );

  define("the first write that cannot be done is the one that is named", async ({ root, open }) => {
    const store = await open();
    await done(store, { kind: "create", path: `${root}/a`, value: bytes("") });
    const outcome = await store.transact([
      { kind: "check", path: `${root}/a`, version: 0 },
      { kind: "set", path: `${root}/b`, value: bytes("") },
      { kind: "create", path: `${root}/a/x/y`, value: bytes("") },
      { kind: "delete", path: `${root}/c` },
    ]);
    assert.deepEqual(outcome, refused(1, "missing"));
    assert.deepEqual(await store.children(`${root}/a`), []);
  });

  define("checks pass without writing", async ({ root, open }) => {
    const store = await open();
    const path = `${root}/checked`;
    await done(store, { kind: "create", path, value: bytes("v") });
    await done(
      store,
      { kind: "check", path, version: 0 },
      { kind: "check", path: `${root}/none`, version: "absent" },
    );
    assert.deepEqual(await store.get(path), { value: bytes("v"), version: 0 });
    assert.deepEqual(await store.transact([]), { done: true });
  });

  define("later writes of a transaction meet what earlier ones did", async ({ root, open }) => {
    const store = await open();
    await done(
      store,
      { kind: "create", path: `${root}/p`, value: bytes("p") },
      { kind: "create", path: `${root}/p/a`, value: bytes("a") },
      { kind: "create", path: `${root}/p/b`, value: bytes("b") },
    );
    await done(
      store,
      { kind: "delete", path: `${root}/p/a` },
      { kind: "delete", path: `${root}/p/b`, version: 0 },
      { kind: "delete", path: `${root}/p` },
      { kind: "create", path: `${root}/q/a`, value: bytes("moved") },
    );
    assert.deepEqual(await store.children(root), ["q"]);
  });

  define("a transaction of many writes, as a compaction has", async ({ root, open }) => {
    const store = await open();
    const paths = Array.from({ length: 60 }, (_, index) => `${root}/log/${index + 100}`);
    await done(
      store,
      ...paths.map((path) => ({ kind: "create", path, value: bytes(path) }) as const),
    );
    const read = await store.getAll(paths);
    assert.deepEqual(
      read.map((each) => text(each?.value)),
      paths,
    );
    await done(store, ...paths.map((path) => ({ kind: "delete", path }) as const));
    assert.deepEqual(await store.children(`${root}/log`), []);
  });

  define("the largest value is taken, a larger one refused", async ({ root, open }) => {
    const store = await open();
    const path = `${root}/large`;
    const value = new Uint8Array(valueBytesMax).fill(7);
    await done(store, { kind: "create", path, value });
    assert.equal((await store.get(path))?.value.length, valueBytesMax);
    await assert.rejects(
      store.transact([{ kind: "set", path, value: new Uint8Array(valueBytesMax + 1) }]),
      withCode("TOO_LARGE"),
    );
    const half = new Uint8Array(valueBytesMax / 2 + 1);
    await assert.rejects(
      store.transact([
        { kind: "set", path, value: half },
        { kind: "create", path: `${path}/2`, value: half },
      ]),
      withCode("TOO_LARGE"),
    );
    assert.equal((await store.get(path))?.version, 0);
  });

  define("a bad path is refused before anything is asked", async ({ root, open }) => {
    const store = await open();
    for (const path of ["", "a", "/", "//a", "/a/", "/a//b", "/a/./b", "/..", "/a\nb", "/a\0"]) {
      await assert.rejects(store.get(path), withCode("BAD_PATH"), JSON.stringify(path));
      await assert.rejects(
        store.transact([{ kind: "create", path, value: bytes("") }]),
        withCode("BAD_PATH"),
      );
      await assert.rejects(store.join(path, "m_", bytes("")), withCode("BAD_PATH"));
    }
    await assert.rejects(store.children("a"), withCode("BAD_PATH"));
    assert.throws(() => store.watch("a/", () => undefined), withCode("BAD_PATH"));
    await assert.rejects(
      store.transact([
        { kind: "check", path: root, version: "absent" },
        { kind: "create", path: root, value: bytes("") },
      ]),
      withCode("BAD_PATH"),
      "the same path twice",
    );
  });

  define("names beyond ASCII and with signs are names like any", async ({ root, open }) => {
    const store = await open();
    const names = ["ünïcode", "sp ace", "a%2Fb", "a'b\"c", "日本", "_%"];
    for (const name of names) {
      await done(store, { kind: "create", path: `${root}/${name}`, value: bytes(name) });
    }
    assert.deepEqual(await store.children(root), [...names].sort());
    assert.equal(text((await store.get(`${root}/日本`))?.value), "日本");
    assert.equal(await store.get(`${root}/x%`), undefined);
  });

  define("of writes at one version from several clients one is done", async ({ root, open }) => {
    const stores = await Promise.all([open(), open(), open()]);
    const path = `${root}/counter`;
    await done(stores[0], { kind: "create", path, value: bytes("0") });
    const rounds = 10;
    const count = async (store: (typeof stores)[number]): Promise<void> => {
      for (let added = 0; added < rounds; ) {
        const seen = await store.get(path);
        assert.ok(seen);
        const value = bytes(String(Number(text(seen.value)) + 1));
        const outcome = await store.transact([{ kind: "set", path, value, version: seen.version }]);
        if (outcome.done) added += 1;
        else assert.equal(outcome.why, "version");
      }
    };
    await Promise.all(stores.map(count));
    const total = String(rounds * stores.length);
    assert.equal(text((await stores[1].get(path))?.value), total);
    assert.equal((await stores[2].get(path))?.version, rounds * stores.length);
  });

  define(
    "writes made together are done in the order in which they were made",
    async ({ root, open }) => {
      const store = await open();
      const path = `${root}/ordered`;
      await done(store, { kind: "create", path, value: bytes("start") });
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, version) =>
          store.transact([{ kind: "set", path, value: bytes(String(version)), version }]),
        ),
      );
      assert.ok(outcomes.every((outcome) => outcome.done));
      assert.deepEqual(await store.get(path), { value: bytes("19"), version: 20 });
    },
  );

  define("after close() calls reject, and closing again is nothing", async ({ root, open }) => {
    const store = await open();
    await store.close();
    await store.close();
    assert.equal(store.session.state, "expired");
    assert.equal(store.session.isAlive(), false);
    await assert.rejects(store.get(root), withCode("CLOSED"));
    await assert.rejects(
      store.transact([{ kind: "create", path: root, value: bytes("") }]),
      withCode("CLOSED"),
    );
    await assert.rejects(store.join(root, "m_", bytes("")), withCode("CLOSED"));
  });
}
