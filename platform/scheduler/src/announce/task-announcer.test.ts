import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger, simulatedClock } from "@tavola/host";
import type { KeptAnnouncement, WithdrawOutcome } from "@tavola/sdk";
import type { TaskAnnouncement } from "../core/announce/task-announcement.ts";
import { TaskAnnouncer } from "./task-announcer.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Discovery as far as an announcer sees it; withdrawals end when the test says so. */
class ScriptedClient {
  readonly calls: string[] = [];
  /** Of those whose address says `slow`: a server takes them when the test says so. */
  readonly slow: (() => void)[] = [];
  readonly withdrawals: { readonly id: string; end(outcome: WithdrawOutcome): void }[] = [];

  announce(announcement: TaskAnnouncement): KeptAnnouncement {
    const id = announcement.announcementId;
    this.calls.push(`announce ${id} ${announcement.serviceUri}`);
    const established = Promise.withResolvers<void>();
    if (announcement.serviceUri.includes("slow")) this.slow.push(established.resolve);
    else established.resolve();
    const kept = {
      established: established.promise,
      id,
      announcement,
      isTaken: true,
      isRefused: announcement.serviceUri.includes("refused"),
      update: (changed: TaskAnnouncement) => {
        kept.announcement = changed;
        this.calls.push(`update ${id} ${changed.serviceUri}`);
      },
      withdraw: () => this.withdraw(id),
    };
    return kept as unknown as KeptAnnouncement;
  }

  withdraw(id: string): Promise<WithdrawOutcome> {
    this.calls.push(`withdraw ${id}`);
    const { promise, resolve } = Promise.withResolvers<WithdrawOutcome>();
    this.withdrawals.push({ id, end: resolve });
    return promise;
  }

  async close(): Promise<void> {
    this.calls.push("close");
  }

  async end(outcome: WithdrawOutcome = "withdrawn"): Promise<void> {
    await settled();
    this.withdrawals.shift()?.end(outcome);
    await settled();
  }
}

function started() {
  const client = new ScriptedClient();
  const wanted = new Map<string, string>();
  const draining = new Set<string>();
  const told: string[] = [];
  const clock = simulatedClock();
  const announcer = new TaskAnnouncer({
    discovery: client as never,
    clock,
    logger: silentLogger,
    requestOf: () => "web",
    wanted: (id) => {
      const serviceUri = wanted.get(id);
      if (serviceUri === undefined) return undefined;
      return { announcementId: id, serviceType: "web", serviceUri, metadata: {} };
    },
    draining: (id) => (draining.has(id) ? id : undefined),
    withdrawn: (id) => {
      draining.delete(id);
      told.push(`withdrawn ${id}`);
    },
    settled: (id) => told.push(`settled ${id}`),
    withdrawMsMax: 10_000,
  });
  return { client, clock, announcer, wanted, draining, told };
}

test("look() announces what is wanted once, says what changed, and withdraws what is not wanted", async () => {
  const { client, announcer, wanted } = started();
  announcer.look("a");
  wanted.set("a", "http://h:1");
  announcer.look("a");
  announcer.look("a");
  wanted.set("a", "http://h:2");
  announcer.look("a");
  assert.deepEqual(announcer.counts, { announced: 1, taken: 1 });
  wanted.delete("a");
  announcer.look("a");
  announcer.look("a");
  await client.end();
  announcer.look("a");
  assert.deepEqual(client.calls, ["announce a http://h:1", "update a http://h:2", "withdraw a"]);
});

test("what discovery refuses is said again only when it is something else", () => {
  const { client, announcer, wanted } = started();
  for (const uri of ["http://refused:1", "http://refused:1", "http://h:1", "http://h:2"]) {
    wanted.set("a", uri);
    announcer.look("a");
  }
  assert.deepEqual(client.calls, [
    "announce a http://refused:1",
    "announce a http://h:1",
    "update a http://h:2",
  ]);
});

test("what is wanted again while it is being withdrawn is announced after that", async () => {
  const { client, announcer, wanted } = started();
  wanted.set("a", "http://h:1");
  announcer.look("a");
  wanted.delete("a");
  announcer.look("a");
  wanted.set("a", "http://h:1");
  announcer.look("a");
  assert.deepEqual(client.calls.slice(1), ["withdraw a"]);
  await client.end();
  assert.deepEqual(client.calls.slice(2), ["announce a http://h:1"]);
});

test("a drained task is told once it is withdrawn, also by a leader that never announced it", async () => {
  const { client, announcer, wanted, draining, told } = started();
  wanted.set("a", "http://h:1");
  announcer.look("a");
  wanted.delete("a");
  for (const id of ["a", "b"]) {
    draining.add(id);
    announcer.look(id);
  }
  assert.deepEqual(told, []);
  await client.end();
  await client.end();
  assert.deepEqual(told, ["withdrawn a", "withdrawn b"]);
});

test("a drained task stays announced until what comes in its stead is, half of withdrawMsMax at most", async () => {
  const { client, clock, announcer, wanted, draining } = started();
  for (const id of ["a", "b"]) {
    wanted.set(id, "http://h:1");
    announcer.look(id);
  }
  const drain = (id: string): void => {
    wanted.delete(id);
    draining.add(id);
    announcer.look(id);
  };
  drain("a");
  wanted.set("c", "http://slow:1");
  announcer.look("c");
  await settled();
  client.slow.shift()?.();
  await settled();
  wanted.set("d", "http://slow:2");
  announcer.look("d");
  drain("b");
  await clock.advanceSettling(4_999);
  assert.deepEqual(client.calls.slice(2), [
    "announce c http://slow:1",
    "withdraw a",
    "announce d http://slow:2",
  ]);
  await clock.advanceSettling(1);
  assert.deepEqual(client.calls.slice(5), ["withdraw b"]);
});

test("a drained task that ends while it waits for others is withdrawn at once", async () => {
  const { client, announcer, wanted, draining, told } = started();
  wanted.set("a", "http://h:1");
  announcer.look("a");
  wanted.set("b", "http://slow:1");
  announcer.look("b");
  wanted.delete("a");
  draining.add("a");
  announcer.look("a");
  await settled();
  assert.deepEqual(client.calls.slice(2), []);
  draining.delete("a");
  announcer.ended("a", { announcementId: "a", at: 0 });
  await settled();
  await client.end();
  assert.deepEqual(client.calls.slice(2), ["withdraw a"]);
  assert.deepEqual(told, ["settled a"]);
});

test("a drained task that no server lets go of is not told; its end is tried again", async () => {
  const { client, announcer, draining, told } = started();
  draining.add("a");
  announcer.look("a");
  await client.end("away");
  assert.deepEqual(told, []);
  draining.delete("a");
  announcer.ended("a", { announcementId: "a", at: 0 });
  await client.end("withdrawn");
  assert.deepEqual(told, ["settled a"]);
  assert.deepEqual(client.calls, ["withdraw a", "withdraw a"]);
});

test("ended() joins a withdrawal that is under way, and asks again only when that failed", async () => {
  const { client, announcer, wanted, told } = started();
  for (const id of ["a", "b"]) {
    wanted.set(id, "http://h:1");
    announcer.look(id);
    wanted.delete(id);
    announcer.look(id);
    announcer.ended(id, { announcementId: id, at: 0 });
  }
  await client.end("withdrawn");
  assert.deepEqual(told, ["settled a"]);
  await client.end("away");
  await client.end("withdrawn");
  assert.deepEqual(told, ["settled a", "settled b"]);
  assert.deepEqual(
    client.calls.filter((call) => call.startsWith("withdraw")),
    ["withdraw a", "withdraw b", "withdraw b"],
  );
});

test("close() leaves what is announced, and tells nothing any more", async () => {
  const { client, announcer, wanted, draining, told } = started();
  wanted.set("a", "http://h:1");
  announcer.look("a");
  draining.add("b");
  announcer.look("b");
  await settled();
  await announcer.close();
  await client.end();
  announcer.look("c");
  announcer.ended("a", { announcementId: "a", at: 0 });
  assert.deepEqual(told, []);
  assert.deepEqual(client.calls, ["announce a http://h:1", "withdraw b", "close"]);
});
