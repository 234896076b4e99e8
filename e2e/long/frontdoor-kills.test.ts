/**
 * Each process around a front door is killed under load, and what failed is counted: nothing that could
 * have been served. Beside `frontdoor.test.ts`, which kills instances and discovery once.
 */

import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { eventually } from "@tavola/harness";
import { readProcesses } from "@tavola/host";
import { type Asking, keepAsking } from "../frontdoor/asking.ts";
import {
  bound,
  openWorld,
  skipGit,
  skipHaproxy,
  startServiceProcess,
  statusOf,
} from "../frontdoor/world.ts";

const askerCount = 4;

function askers(context: TestContext, ...urls: readonly string[]): readonly Asking[] {
  return Array.from({ length: askerCount }, () => keepAsking(context, ...urls));
}

function answersOf(asking: readonly Asking[], body: string): number {
  return asking.reduce((sum, { answers }) => sum + (answers.get(body) ?? 0), 0);
}

/** Each of them has got some more answers. */
async function goOn(asking: readonly Asking[], body: string): Promise<void> {
  const before = asking.map(({ answers }) => answers.get(body) ?? 0);
  await eventually(
    `every client to be answered by ${body}`,
    () =>
      asking.every(({ answers }, at) => (answers.get(body) ?? 0) > (before[at] ?? 0) + 20)
        ? true
        : undefined,
    bound,
  );
}

async function failuresOf(asking: readonly Asking[]): Promise<readonly string[]> {
  await Promise.all(asking.map((each) => each.stop()));
  return asking.flatMap(({ failures }) => failures);
}

function haproxiesIn(folder: string): readonly number[] {
  return readProcesses()
    .filter(({ pid, state }) => state !== "Z" && commandLineOf(pid).includes(`${folder}/`))
    .map(({ pid }) => pid)
    .filter((pid) => commandLineOf(pid).includes("haproxy.cfg"));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // It has just ended.
  }
}

/** Both are asked all the time. */
async function twoFrontdoors(context: TestContext, dataPlane: string) {
  const world = await openWorld(context, dataPlane);
  world.repository.push("passthru a\n");
  const first = await world.startFrontdoor({ name: "first" });
  const second = await world.startFrontdoor({ name: "second" });
  const asking = askers(context, first.url, second.url);
  await goOn(asking, "a");
  return { world, first, second, asking };
}

for (const dataPlane of ["in-process", "haproxy"]) {
  const skip = dataPlane === "haproxy" ? skipHaproxy : skipGit;

  test(`${dataPlane}: of two front doors each is killed in turn, and no request fails`, {
    skip,
  }, async (context) => {
    const { world, first, second, asking } = await twoFrontdoors(context, dataPlane);
    await first.end("SIGKILL");
    await goOn(asking, "a");
    const again = await world.startFrontdoor({ name: "first", port: new URL(first.url).port });
    await second.end("SIGKILL");
    await goOn(asking, "a");
    assert.deepEqual(await failuresOf(asking), []);
    await again.end("SIGTERM");
  });

  test(`${dataPlane}: ended by SIGTERM under load, it finishes what it has`, {
    skip,
  }, async (context) => {
    const { first, asking } = await twoFrontdoors(context, dataPlane);
    await first.end("SIGTERM");
    await goOn(asking, "a");
    assert.deepEqual(await failuresOf(asking), []);
  });

  test(`${dataPlane}: discovery is killed and begins with nothing, and no request fails`, {
    skip,
  }, async (context) => {
    const world = await openWorld(context, dataPlane);
    world.repository.push("REQUEST_URI=/a* passthru a\nREQUEST_URI=/b* passthru b\n");
    const frontdoor = await world.startFrontdoor();
    const asking = askers(context, `${frontdoor.url}/a`);
    await goOn(asking, "a");
    await world.discovery.end("SIGKILL");
    rmSync(`${world.folder}/discovery`, { recursive: true, force: true });
    await goOn(asking, "a");
    const empty = await world.startDiscovery(new URL(world.discovery.url).port);
    await eventually(
      "services to be announced again",
      async () => {
        const answer = await fetch(`${empty.url}/services/a`);
        const { instances } = (await answer.json()) as { readonly instances: readonly unknown[] };
        return instances.length === 1 ? true : undefined;
      },
      bound,
    );
    await eventually(
      "the front door to hear of it",
      async () => ((await statusOf(frontdoor)).troubles.length === 0 ? true : undefined),
      bound,
    );
    await goOn(asking, "a");
    assert.deepEqual(await failuresOf(asking), []);
    await frontdoor.end("SIGTERM");
  });

  test(`${dataPlane}: an instance is killed and another announced, again and again, and no request fails`, {
    skip,
  }, async (context) => {
    const world = await openWorld(context, dataPlane);
    const stay = await startServiceProcess(context, "c");
    world.client.announce({ serviceType: "c", serviceUri: stay.url });
    world.repository.push("passthru c\n");
    const frontdoor = await world.startFrontdoor();
    const asking = askers(context, `${frontdoor.url}/`);
    await goOn(asking, "c");
    for (let round = 0; round < 5; round += 1) {
      const name = `c${round}`;
      const { child, url } = await startServiceProcess(context, name);
      const announced = world.client.announce({ serviceType: "c", serviceUri: url });
      await eventually(
        "it to answer",
        () => (answersOf(asking, name) > 0 ? true : undefined),
        bound,
      );
      child.kill("SIGKILL");
      await goOn(asking, "c");
      await announced.withdraw();
    }
    assert.deepEqual(await failuresOf(asking), []);
    await frontdoor.end("SIGTERM");
  });
}

test("haproxy: it is killed under load, again and again: another front door serves, and it is back each time", {
  skip: skipHaproxy,
}, async (context) => {
  const world = await openWorld(context, "haproxy");
  world.repository.push("passthru a\n");
  const frontdoor = await world.startFrontdoor({ name: "first" });
  const other = await world.startFrontdoor({ name: "second" });
  const asking = askers(context, frontdoor.url, other.url);
  for (let round = 0; round < 3; round += 1) {
    await goOn(asking, "a");
    const [pid] = await eventually(
      "one process",
      () => {
        const found = haproxiesIn(`${world.folder}/first`);
        return found.length === 1 ? found : undefined;
      },
      bound,
    );
    process.kill(pid as number, "SIGKILL");
    await eventually("another process to serve", () => textOf(frontdoor.url), bound);
  }
  await goOn(asking, "a");
  assert.deepEqual(await failuresOf(asking), []);
  assert.match(frontdoor.output(), /HAProxy has ended; it is started again/);
});

test("haproxy: when the front door is killed, no HAProxy is left, and its port is free", {
  skip: skipHaproxy,
}, async (context) => {
  const world = await openWorld(context, "haproxy");
  world.repository.push("passthru a\n");
  const first = await world.startFrontdoor({ name: "first" });
  await eventually("an answer", () => textOf(first.url), bound);
  await first.end("SIGKILL");
  await eventually(
    "no HAProxy to be left",
    () => (haproxiesIn(`${world.folder}/first`).length === 0 ? true : undefined),
    bound,
  );
  const again = await world.startFrontdoor({ name: "first", port: new URL(first.url).port });
  assert.equal(await eventually("an answer", () => textOf(again.url), bound), "a");
  await again.end("SIGTERM");
  assert.deepEqual(haproxiesIn(`${world.folder}/first`), []);
});

/** Undefined unless it answers 200. */
async function textOf(url: string): Promise<string | undefined> {
  const answer = await fetch(url);
  const text = await answer.text();
  return answer.status === 200 ? text : undefined;
}
