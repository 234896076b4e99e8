/** What the scheduler runs is announced for as long as it serves, whoever of scheduler and discovery is killed meanwhile. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cluster, eventually } from "@tavola/harness";
import {
  boundMs,
  deploy,
  processesOf,
  start,
  tavola,
  untilAnnounced,
  watchClock,
} from "../announced-service.ts";

test("the scheduler is killed: what runs stays announced under its ids, what ended meanwhile goes", async (t) => {
  const service = await start(t);
  const { cluster } = service;
  await deploy(service, { instances: 3, killAfterDrainMillis: 500 });
  const three = await untilAnnounced(service, 3);
  const { gone } = await watchClock(t, cluster);

  process.kill(cluster.pidOf("scheduler") ?? 0, "SIGKILL");
  const [victim, ...others] = three;
  process.kill(processesOf(service).get(victim?.metadata.taskId ?? "") ?? 0, "SIGKILL");
  const now = await eventually(
    "another leader to have replaced the task that ended",
    async () => {
      const known = await untilAnnounced(service, 3);
      const isReplaced = known.every(
        ({ announcementId }) => announcementId !== victim?.announcementId,
      );
      return isReplaced ? known : undefined;
    },
    { boundMs },
  );
  for (const { announcementId } of others) {
    assert.ok(now.some((each) => each.announcementId === announcementId));
  }
  assert.deepEqual(gone, [victim?.announcementId]);
  const before = await renewals(cluster);
  await eventually(
    "the new leader to renew all of them",
    async () => ((await renewals(cluster)) >= before + 3 ? true : undefined),
    { boundMs },
  );
  assert.deepEqual(gone, [victim?.announcementId]);
});

test("the discovery server is killed: it comes back knowing all, and hears what happened meanwhile", async (t) => {
  const service = await start(t);
  const { cluster } = service;
  await deploy(service, { killAfterDrainMillis: 500 });
  const two = await untilAnnounced(service, 2);
  const { watch, gone } = await watchClock(t, cluster);
  const before = cluster.pidOf("discovery") ?? 0;
  process.kill(before, "SIGKILL");
  assert.equal((await tavola(service, ["scale", "clock", "3"])).code, 0);
  const three = await untilAnnounced(service, 3);
  assert.notEqual(cluster.pidOf("discovery"), before);
  for (const { announcementId } of two) {
    assert.ok(three.some((each) => each.announcementId === announcementId));
  }
  await eventually("the watch to go on", () => (watch.all().length === 3 ? true : undefined), {
    boundMs,
  });
  assert.equal(watch.isStale, false);
  assert.equal(gone.length, 0);

  // A task is killed though nobody can be told that it goes.
  process.kill(cluster.pidOf("discovery") ?? 0, "SIGKILL");
  assert.equal((await tavola(service, ["scale", "clock", "1"])).code, 0);
  const [last] = await untilAnnounced(service, 1);
  await eventually("two to end", () => (processesOf(service).size === 1 ? true : undefined), {
    boundMs,
  });
  await eventually("the watch to hear of both", () => (gone.length === 2 ? true : undefined), {
    boundMs,
  });
  assert.ok(last !== undefined && !gone.includes(last.announcementId));
});

/** How often a server was told what it knew already. */
async function renewals({ discovery }: Cluster): Promise<number> {
  const answer = await fetch(`${discovery}/metrics/snapshot`);
  const metrics = (await answer.json()) as Readonly<Record<string, number>>;
  return metrics["discovery/renewals"] ?? 0;
}
