/**
 * Services find each other: what the scheduler runs is announced for as long as it serves. With whoever
 * of scheduler and discovery killed meanwhile: `long/announcing-kills.test.ts`.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "@tavola/harness";
import {
  announced,
  boundMs,
  deploy,
  healthyTasks,
  processesOf,
  start,
  tavola,
  untilAnnounced,
} from "./announced-service.ts";
import { askByDiscovery } from "./asking-by-discovery.ts";

test("a service is announced, scaled, updated and killed, and the list is right each time", async (t) => {
  const service = await start(t, "--discovery.lease=20secs");
  await deploy(service, { killAfterDrainMillis: 500 });
  const two = await untilAnnounced(service, 2);
  assert.deepEqual(two.map(({ metadata }) => metadata.instanceNo).sort(), [1, 2]);
  for (const { serviceUri, metadata } of two) {
    const answer = await fetch(serviceUri);
    assert.equal(await answer.text(), metadata.taskId);
  }
  const listed = await tavola(service, ["services", "clock"]);
  for (const { serviceUri } of two)
    assert.match(listed.stdout, new RegExp(`clock +${serviceUri} `));

  assert.equal((await tavola(service, ["scale", "clock", "3"])).code, 0);
  const three = await untilAnnounced(service, 3);
  const killed = three[0]?.metadata.taskId ?? "";
  process.kill(processesOf(service).get(killed) ?? 0, "SIGKILL");
  const replaced = await eventually(
    "another in place of the killed one",
    async () => {
      const now = await untilAnnounced(service, 3);
      return now.every(({ metadata }) => metadata.taskId !== killed) ? now : undefined;
    },
    { boundMs },
  );

  const before = new Set(replaced.map(({ announcementId }) => announcementId));
  await deploy(
    service,
    { instances: 3, killAfterDrainMillis: 500 },
    { discovery: { feature: "v2" } },
  );
  const updated = await eventually(
    "only new ones to be announced",
    async () => {
      const now = await untilAnnounced(service, 3);
      return now.some(({ announcementId }) => before.has(announcementId)) ? undefined : now;
    },
    { boundMs },
  );
  assert.deepEqual([...new Set(updated.map(({ feature }) => feature))], ["v2"]);
  assert.equal((await announced(service, "clock:v2")).length, 3);

  assert.equal((await tavola(service, ["pause", "clock"])).code, 0);
  await eventually(
    "nothing to be announced or to run",
    async () =>
      (await announced(service)).length === 0 && processesOf(service).size === 0 ? true : undefined,
    { boundMs },
  );
});

test("whoever goes by discovery meets no failure while a service is updated and scaled down", async (t) => {
  const service = await start(t);
  await deploy(service, { killAfterDrainMillis: 5_000 });
  await untilAnnounced(service, 2);
  const asking = await askByDiscovery(t, service.cluster);
  const old = await healthyTasks(service);
  await deploy(service, { killAfterDrainMillis: 5_000 }, { env: { RELEASE: "2" } });
  await eventually(
    "the old ones to end",
    () => (old.some((id) => processesOf(service).has(id)) ? undefined : true),
    { boundMs },
  );
  assert.equal((await tavola(service, ["scale", "clock", "1"])).code, 0);
  await eventually("one to be left", () => (processesOf(service).size === 1 ? true : undefined), {
    boundMs,
  });
  await asking.stop();
  assert.deepEqual(asking.failures, []);
  assert.equal(asking.answeredBy.size, 4, "two old ones and two new ones answered");
});
