import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { masterLabel, openCoordination, parseStoreUrl, untilConnected } from "@tavola/coordination";
import { createMetrics, silentLogger, systemClock } from "@tavola/host";
import type { MasterInfo } from "@tavola/protocol";
import { StoredRegistrar } from "./registrar.ts";
import { RegistryAdmin } from "./registry-admin.ts";
import { headPath, logPath, registryRoot } from "./registry-layout.ts";

const leader = { id: "m", ip: 0, port: 1, hostname: "h" } as MasterInfo;
const root = registryRoot("/mesos");

/** A store in a file; all of it ended with the test. */
async function openWorld(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "tavola-registry-"));
  const { value: url, error } = parseStoreUrl(`sqlite://${folder}/store.db`);
  assert.equal(error, undefined);
  const open = async () => {
    const store = await openCoordination(url, { sessionTimeoutMs: 10_000, logger: silentLogger });
    await untilConnected(store, 5000);
    return store;
  };
  const store = await open();
  const admin = await RegistryAdmin.open(url, { timeoutMs: 5000, logger: silentLogger });
  t.after(async () => {
    await admin.close();
    await store.close();
    await rm(folder, { recursive: true });
  });
  /** A master's life in which these agents are admitted. */
  const admit = async (...ids: readonly string[]) => {
    const registrar = new StoredRegistrar({
      place: { store, root },
      writer: "m@h:1",
      mayCreate: true,
      fetchTimeoutMs: 5000,
      storeTimeoutMs: 5000,
      clock: systemClock(),
      logger: silentLogger,
      metrics: createMetrics(),
    });
    await registrar.recover(leader);
    for (const id of ids) {
      const info = { hostname: id, id: { value: id }, port: 5051 };
      await new Promise<void>((resolve) => registrar.apply({ kind: "admitAgent", info }, resolve));
    }
    return registrar;
  };
  return { store, admin, admit };
}

test("what was saved is brought back in place of what is there, and a master that ran is deposed", async (t) => {
  const { admin, admit } = await openWorld(t);
  (await admit("a", "b")).close();
  const backup = await admin.backup();
  const former = await admit("c");
  await assert.rejects(admin.restore(backup, { file: "f", replaces: false }), {
    code: "REGISTRY_EXISTS",
  });
  await admin.restore(backup, { file: "f", replaces: true });
  assert.equal((await admin.summary()).admitted, 2);
  former.apply({ kind: "admitAgent", info: { hostname: "d", id: { value: "d" }, port: 1 } }, () =>
    assert.fail("written by a master that was deposed"),
  );
  assert.match((await former.failed).message, /taken the registry over: tavola registry/);
  const next = await admit("e");
  const ids = JSON.parse(await next.json()).slaves.slaves.map(
    ({ info }: { info: { id: { value: string } } }) => info.id.value,
  );
  assert.deepEqual(ids, ["a", "b", "e"]);
  next.close();
});

test("a damaged registry can be replaced, and is not by anything but --replace", async (t) => {
  const { store, admin, admit } = await openWorld(t);
  (await admit("a")).close();
  const backup = await admin.backup();
  await store.transact([{ kind: "set", path: headPath(root), value: Buffer.from("{") }]);
  await assert.rejects(admin.summary(), { code: "REGISTRY_CORRUPT" });
  await assert.rejects(admin.init(), { code: "REGISTRY_CORRUPT" });
  await assert.rejects(admin.restore(backup, { file: "f", replaces: false }), {
    code: "REGISTRY_EXISTS",
  });
  await admin.restore(backup, { file: "f", replaces: true });
  assert.equal((await admin.summary()).admitted, 1);
});

test("a foreign node in the log is passed over", async (t) => {
  const { store, admin, admit } = await openWorld(t);
  (await admit("a")).close();
  const backup = await admin.backup();
  const path = `${logPath(root)}/zz-notes`;
  await store.transact([{ kind: "create", path, value: new Uint8Array() }]);
  await admin.restore(backup, { file: "f", replaces: true });
  (await admit("b")).close();
  assert.equal((await admin.summary()).admitted, 2);
});

test("nothing is brought back while masters stand, from a bad file, or where nothing is", async (t) => {
  const { store, admin } = await openWorld(t);
  await assert.rejects(admin.backup(), { code: "REGISTRY_MISSING" });
  await admin.init();
  const backup = await admin.backup();
  await assert.rejects(admin.restore(backup.subarray(1), { file: "f", replaces: true }), {
    code: "REGISTRY_CORRUPT",
  });
  await store.join("/mesos", masterLabel, Buffer.from("{}"));
  await assert.rejects(admin.restore(backup, { file: "f", replaces: true }), {
    code: "MASTERS_RUNNING",
  });
});
