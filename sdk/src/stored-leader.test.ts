import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { createMemoryCoordination, masterLabel } from "@tavola/coordination";
import { simulatedClock } from "@tavola/host";
import { createLeaderDetector } from "./leader.ts";
import { openWorld } from "./world.ts";

const url = "zk://a:2181,b:2181/mesos";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** As Mesos's master writes it, but for the address. */
const masterInfo = (ip: string): Uint8Array =>
  bytes(
    `{"address":{"hostname":"localhost","ip":"${ip}","port":5050},"capabilities":[{"type":"QUOTA_V2"}],"hostname":"localhost","id":"1","ip":16777343,"pid":"master@${ip}:5050","port":5050,"version":"1.12.0"}`,
  );

function storeAndDetector() {
  const clock = simulatedClock();
  const random = seededRandom(1);
  const ensemble = createMemoryCoordination({ clock, random });
  const open = () => ensemble.connect({ sessionTimeoutMs: 4_000 });
  const world = openWorld({ clock, random, openStore: async () => open() });
  const detector = createLeaderDetector(url, world);
  return { clock, masters: open(), detector, settle: () => clock.advanceSettling(500) };
}

test("a store's eldest master is the leader; the next one is told when it is gone", async () => {
  const { masters, detector, settle } = storeAndDetector();
  const told: string[] = [];
  detector.watch((leader) => told.push(leader));
  await settle();
  const eldest = await joined(masters, "10.0.0.1", settle);
  const first = detector.current();
  await settle();
  assert.equal(await first, "http://10.0.0.1:5050");
  await joined(masters, "10.0.0.2", settle);
  detector.failed("http://10.0.0.1:5050");
  assert.equal(await detector.current(), "http://10.0.0.1:5050", "the store knows better");
  detector.redirected("//10.0.0.3:5050/master");
  assert.equal(await detector.current(), "http://10.0.0.3:5050");

  const leaving = masters.leave("/mesos", eldest);
  await settle();
  await leaving;
  await settle();
  assert.equal(await detector.current(), "http://10.0.0.2:5050");
  assert.deepEqual(told, ["http://10.0.0.1:5050", "http://10.0.0.2:5050"]);
  const closing = detector.close();
  await settle();
  await closing;
});

test("without a leader one waits a while for it, and then says so", async () => {
  const { clock, masters, detector, settle } = storeAndDetector();
  await settle();
  const refused = assert.rejects(detector.current(), (error) => {
    assert.ok(error instanceof CodedError && error.code === "UNAVAILABLE" && error.transient);
    assert.match(error.message, /no master leads, as far as zk:\/\/a:2181,b:2181\/mesos says/);
    return true;
  });
  await clock.advanceSettling(6_000);
  await refused;

  const waiting = detector.current();
  await joined(masters, "10.0.0.1", settle);
  await settle();
  assert.equal(await waiting, "http://10.0.0.1:5050");
  const closing = detector.close();
  await settle();
  await closing;
});

test("an entry that cannot be read is named as the reason", async () => {
  const { clock, masters, detector, settle } = storeAndDetector();
  await settle();
  const joining = masters.join("/mesos", masterLabel, bytes("{}"));
  await settle();
  await joining;
  const refused = assert.rejects(detector.current(), (error: CodedError) => {
    assert.match(String(error.message), /the leader's entry below zk:.* cannot be read/);
    return true;
  });
  await clock.advanceSettling(6_000);
  await refused;
  const closing = detector.close();
  await settle();
  await closing;
});

async function joined(
  masters: ReturnType<typeof storeAndDetector>["masters"],
  ip: string,
  settle: () => Promise<void>,
) {
  const joining = masters.join("/mesos", masterLabel, masterInfo(ip));
  await settle();
  return joining;
}
