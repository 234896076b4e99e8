/** The contract's part on ephemeral members and the session. */

import assert from "node:assert/strict";
import type { SessionState } from "../coordination.ts";
import {
  bytes,
  type DefineTest,
  done,
  eventually,
  refused,
  text,
  withCode,
} from "./contract-kit.ts";

export function testMembers(define: DefineTest): void {
  define("members stand in the tree in the order in which they joined", async ({ root, open }) => {
    const [a, b] = await Promise.all([open(), open()]);
    const group = `${root}/deep/group`;
    const first = await a.join(group, "json.info_", bytes("first"));
    const second = await b.join(group, "json.info_", bytes("second"));
    const third = await a.join(group, "json.info_", bytes("third"));
    assert.ok(first.sequence < second.sequence && second.sequence < third.sequence);
    assert.match(first.name, /^json\.info_\d{10}$/);
    assert.equal(first.name, `json.info_${String(first.sequence).padStart(10, "0")}`);
    const names = [first.name, second.name, third.name];
    assert.deepEqual(await b.children(group), names);
    const values = await b.getAll(names.map((name) => `${group}/${name}`));
    assert.deepEqual(
      values.map((value) => text(value?.value)),
      ["first", "second", "third"],
    );
    assert.deepEqual(
      values.map((value) => value?.version),
      [0, 0, 0],
    );
  });

  define("names are never given twice, also when members came and went", async ({ root, open }) => {
    const store = await open();
    const group = `${root}/group`;
    const names = new Set<string>();
    let latest = -1;
    for (let index = 0; index < 5; index += 1) {
      const member = await store.join(group, "m_", bytes(""));
      assert.ok(member.sequence > latest);
      latest = member.sequence;
      names.add(member.name);
      if (index % 2 === 0) await store.leave(group, member);
    }
    assert.equal(names.size, 5);
    assert.equal((await store.children(group)).length, 2);
  });

  define("members of other prefixes and plain values share a group", async ({ root, open }) => {
    const store = await open();
    const group = `${root}/group`;
    const master = await store.join(group, "json.info_", bytes("m"));
    const replica = await store.join(group, "log_", bytes("r"));
    await done(store, { kind: "create", path: `${group}/notes`, value: bytes("") });
    assert.deepEqual(
      [...(await store.children(group))].sort(),
      [master.name, "notes", replica.name].sort(),
    );
  });

  define("a member leaves at once, and leaving again is no error", async ({ root, open }) => {
    const [a, b] = await Promise.all([open(), open()]);
    const group = `${root}/group`;
    const member = await a.join(group, "m_", bytes(""));
    const other = await b.join(group, "m_", bytes(""));
    await a.leave(group, member);
    assert.deepEqual(await b.children(group), [other.name]);
    await a.leave(group, member);
    assert.deepEqual(await b.children(group), [other.name]);
  });

  define("a closed client's members are gone at once; others' stay", async ({ root, open }) => {
    const [a, b] = await Promise.all([open(), open()]);
    const group = `${root}/group`;
    await a.join(group, "m_", bytes(""));
    await a.join(`${root}/other`, "m_", bytes(""));
    const stays = await b.join(group, "m_", bytes(""));
    await a.close();
    await eventually("only the other's member to be there", async () => {
      const names = await b.children(group);
      return names.length === 1 && names[0] === stays.name;
    });
    assert.deepEqual(await b.children(`${root}/other`), []);
  });

  define("a member can be checked and set in a transaction, as a fence", async ({ root, open }) => {
    const [a, b] = await Promise.all([open(), open()]);
    const group = `${root}/group`;
    const member = await a.join(group, "m_", bytes("1"));
    const path = `${group}/${member.name}`;
    const note = `${root}/note`;
    await done(
      a,
      { kind: "check", path, version: 0 },
      { kind: "create", path: note, value: bytes("a") },
    );
    await done(a, { kind: "set", path, value: bytes("2"), version: 0 });
    assert.equal(text((await b.get(path))?.value), "2");
    await done(b, { kind: "delete", path });
    assert.deepEqual(
      await a.transact([
        { kind: "check", path, version: 1 },
        { kind: "set", path: note, value: bytes("late") },
      ]),
      refused(0, "missing"),
    );
  });

  define("a connected session is alive", async ({ open }) => {
    const store = await open();
    assert.equal(store.session.state, "connected");
    assert.equal(store.session.isAlive(), true);
    assert.ok(store.session.timeoutMs > 0);
    // It is kept alive without anyone asking anything.
    const until = performance.now() + Math.min(1.5 * store.session.timeoutMs, 6000);
    await eventually("a session's timeout to pass", () => {
      assert.equal(store.session.state, "connected");
      assert.equal(store.session.isAlive(), true);
      return performance.now() > until;
    });
  });

  define(
    "an expired session takes its members along, and stays expired",
    async (given, context) => {
      const { root, open, expireSession } = given;
      if (expireSession === undefined) return context.skip("it cannot end a session from outside");
      const [a, b] = await Promise.all([open(), open()]);
      const group = `${root}/group`;
      await a.join(group, "m_", bytes("a"));
      const stays = await b.join(group, "m_", bytes("b"));
      const states: SessionState[] = [];
      a.session.watch((state) => states.push(state));
      let told = 0;
      b.watch(group, () => {
        told += 1;
      });
      assert.equal((await b.children(group)).length, 2);
      await expireSession(a);
      await eventually("the member to be gone", async () => (await b.children(group)).length === 1);
      assert.deepEqual(await b.children(group), [stays.name]);
      await eventually("the other client to be told", () => told > 0);
      await eventually("the client to know", () => a.session.state === "expired");
      assert.equal(states.at(-1), "expired");
      assert.equal(a.session.isAlive(), false);
      await assert.rejects(a.get(group), withCode("SESSION_EXPIRED"));
      await assert.rejects(
        a.transact([{ kind: "create", path: `${root}/late`, value: bytes("") }]),
        withCode("SESSION_EXPIRED"),
      );
      await assert.rejects(a.join(group, "m_", bytes("")), withCode("SESSION_EXPIRED"));
      const again = await open();
      const member = await again.join(group, "m_", bytes("a again"));
      assert.ok(member.sequence > stays.sequence);
    },
  );
}
