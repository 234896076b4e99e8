import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { seededRandom } from "@tavola/base";
import { createMemoryCoordination, masterLabel, untilConnected } from "@tavola/coordination";
import { silentLogger, systemClock } from "@tavola/host";
import { formatUpid } from "@tavola/protocol";
import { detectMaster } from "./master-detector.ts";

/** Recorded of a Mesos master. */
const mesosMaster =
  '{"address":{"hostname":"localhost","ip":"127.0.0.1","port":15050},"capabilities":[{"type":"AGENT_UPDATE"},{"type":"AGENT_DRAINING"},{"type":"QUOTA_V2"}],"hostname":"localhost","id":"f6e9e499-ad82-4954-816b-cb88c5b72d74","ip":16777343,"pid":"master@127.0.0.1:15050","port":15050,"version":"1.12.0"}';

async function openStore(t: TestContext) {
  const memory = createMemoryCoordination({ clock: systemClock(), random: seededRandom(1) });
  const masters = memory.connect({ sessionTimeoutMs: 10_000 });
  await untilConnected(masters, 5000);
  t.after(() => masters.close());
  return { memory, masters };
}

test("a fixed address is told at once and never changes", async () => {
  const detector = await detectMaster("master@127.0.0.1:5050", {
    logger: silentLogger,
    clock: systemClock(),
  });
  const seen: unknown[] = [];
  detector.watch((master) => seen.push(master && formatUpid(master.upid)));
  assert.deepEqual(seen, ["master@127.0.0.1:5050"]);
  detector.close();
});

test("in a store the eldest master is followed, Mesos's as well; a foreign node is not", async (t) => {
  const { memory, masters } = await openStore(t);
  const detector = await detectMaster("zk://a:1/mesos", {
    logger: silentLogger,
    clock: systemClock(),
    openStore: (_, { sessionTimeoutMs }) => memory.connect({ sessionTimeoutMs }),
  });
  t.after(() => detector.close());
  const seen: (string | undefined)[] = [];
  let change = Promise.withResolvers<void>();
  detector.watch((master) => {
    seen.push(master && formatUpid(master.upid));
    change.resolve();
    change = Promise.withResolvers<void>();
  });
  const changes = async (count: number): Promise<void> => {
    while (seen.length < count) await change.promise;
  };
  await changes(1);
  const first = await masters.join("/mesos", masterLabel, Buffer.from(mesosMaster));
  await changes(2);
  const next = mesosMaster.replaceAll("15050", "15051");
  const second = await masters.join("/mesos", masterLabel, Buffer.from(next));
  await masters.join("/mesos", masterLabel, Buffer.from("somebody else's"));
  await masters.leave("/mesos", first);
  await changes(3);
  await masters.leave("/mesos", second);
  await changes(4);
  assert.deepEqual(seen, [
    undefined,
    "master@127.0.0.1:15050",
    "master@127.0.0.1:15051",
    undefined,
  ]);
});
