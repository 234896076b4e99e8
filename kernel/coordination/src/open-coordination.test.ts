import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import { createMemoryCoordination } from "./memory/memory-coordination.ts";
import { untilConnected } from "./open-coordination.ts";
import { SessionRecord } from "./session-record.ts";

function ensembleUnderTest() {
  const clock = simulatedClock();
  const ensemble = createMemoryCoordination({ clock, random: seededRandom(1) });
  return { clock, ensemble };
}

test("untilConnected() resolves as soon as the store answers", async () => {
  const { clock, ensemble } = ensembleUnderTest();
  const store = ensemble.connect({ sessionTimeoutMs: 4000 });
  ensemble.setReachable(store, false);
  const connected = untilConnected(store, 60_000);
  await clock.advanceSettling(3000);
  ensemble.setReachable(store, true);
  await clock.advanceSettling(3000);
  await connected;
});

test("untilConnected() rejects with the store's name and how long was tried", async () => {
  const { clock, ensemble } = ensembleUnderTest();
  const store = ensemble.connect({ sessionTimeoutMs: 4000, name: "zk://a:1,b:2/mesos" });
  ensemble.setAvailable(false);
  const connected = untilConnected(store, 10_000);
  const rejected = assert.rejects(connected, {
    code: "UNAVAILABLE",
    message: /^zk:\/\/a:1,b:2\/mesos did not answer within 10\.0 s: .*does not answer/,
    transient: true,
  });
  await clock.advanceSettling(10_001);
  await rejected;
});

test("untilConnected() rejects at once with what waiting does not mend", async () => {
  const { clock, ensemble } = ensembleUnderTest();
  const store = ensemble.connect({ sessionTimeoutMs: 4000 });
  const session = new SessionRecord(clock, 4000);
  session.suspended(new CodedError("UNAVAILABLE", "refused", {}, { transient: true }));
  const rejected = assert.rejects(untilConnected({ ...store, clock, session } as never, 60_000), {
    code: "UNAUTHORIZED",
  });
  await clock.advanceSettling(1000);
  session.suspended(new CodedError("UNAUTHORIZED", "wrong password"));
  await clock.advanceSettling(200);
  await rejected;
});
