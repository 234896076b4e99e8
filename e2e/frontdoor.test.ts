/**
 * Front doors as processes: rules pushed to a real Git repository, services announced to a real
 * discovery server, and each of them killed.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { eventually } from "@tavola/harness";
import { keepAsking } from "./frontdoor/asking.ts";
import {
  bound,
  openWorld,
  skipGit,
  skipHaproxy,
  startServiceProcess,
  statusOf,
} from "./frontdoor/world.ts";

for (const dataPlane of ["in-process", "haproxy"]) {
  const skip = dataPlane === "haproxy" ? skipHaproxy : skipGit;

  test(`${dataPlane}: a push changes the route and drops no connection; a broken one is refused`, {
    skip,
  }, async (context) => {
    const world = await openWorld(context, dataPlane);
    world.repository.push("REQUEST_URI=/x* passthru a\n");
    const frontdoor = await world.startFrontdoor();
    const asking = keepAsking(context, `${frontdoor.url}/x`);
    await eventually("answers of a", () => asking.answers.get("a"), bound);
    world.repository.push("REQUEST_URI=/x* passthru b\n");
    await eventually("answers of b", () => asking.answers.get("b"), bound);
    world.repository.push("REQUEST_URI=/x* pass a\n");
    const refused = await eventually(
      "the refusal",
      async () => (await statusOf(frontdoor)).rules.refused[0],
      bound,
    );
    assert.match(refused.reasons[0] ?? "", /^frontdoor\.rules:1:17: "pass" is neither/);
    assert.match(frontdoor.output(), /rules are refused; the last good ones stay/);
    const before = asking.answers.get("b") ?? 0;
    const countsOn = () => ((asking.answers.get("b") ?? 0) > before ? true : undefined);
    await eventually("b to answer on", countsOn, bound);
    await asking.stop();
    assert.deepEqual(asking.failures, []);
    // An HAProxy that has other rules is another process, and takes connections of its own.
    assert.ok(asking.connections <= (dataPlane === "haproxy" ? 3 : 1), `${asking.connections}`);
    await frontdoor.end("SIGTERM");
  });

  test(`${dataPlane}: killed, it comes back with the last good rules while the repository is away`, {
    skip,
  }, async (context) => {
    const world = await openWorld(context, dataPlane);
    world.repository.push("passthru a\n");
    const first = await world.startFrontdoor();
    await eventually("an answer of a", () => textOf(`${first.url}/`), bound);
    await first.end("SIGKILL");
    world.repository.goAway();
    const second = await world.startFrontdoor();
    assert.equal(await eventually("an answer", () => textOf(`${second.url}/`), bound), "a");
    const { troubles } = await statusOf(second);
    assert.match(troubles[0] ?? "", /^rules cannot be read: git ls-remote: /);
    await second.end("SIGTERM");
  });

  test(`${dataPlane}: of three instances two are killed under load, and no request fails`, {
    skip,
  }, async (context) => {
    const world = await openWorld(context, dataPlane);
    const names = ["c1", "c2", "c3"];
    const instances = await Promise.all(names.map((name) => startServiceProcess(context, name)));
    for (const { url } of instances) {
      world.client.announce({ serviceType: "c", serviceUri: url });
    }
    world.repository.push("passthru c\n");
    const frontdoor = await world.startFrontdoor();
    const askings = [1, 2, 3, 4].map(() => keepAsking(context, `${frontdoor.url}/`));
    const answersOf = (name: string): number =>
      askings.reduce((sum, { answers }) => sum + (answers.get(name) ?? 0), 0);
    const heard = () => (names.every((name) => answersOf(name) > 0) ? true : undefined);
    await eventually("answers of all three", heard, bound);
    for (const { child } of instances.slice(0, 2)) {
      child.kill("SIGKILL");
      await once(child, "exit");
      const before = answersOf("c3");
      const goesOn = () => (answersOf("c3") > before + 50 ? true : undefined);
      await eventually("the others to answer on", goesOn, bound);
    }
    await Promise.all(askings.map((asking) => asking.stop()));
    assert.deepEqual(
      askings.flatMap(({ failures }) => failures),
      [],
    );
    await frontdoor.end("SIGTERM");
  });

  test(`${dataPlane}: discovery is killed, and it goes on with what it knows`, {
    skip,
  }, async (context) => {
    const world = await openWorld(context, dataPlane);
    world.repository.push("passthru a\n");
    const frontdoor = await world.startFrontdoor();
    const asking = keepAsking(context, `${frontdoor.url}/`);
    await eventually("answers", () => asking.answers.get("a"), bound);
    await world.discovery.end("SIGKILL");
    await eventually(
      "it to notice",
      async () => (await statusOf(frontdoor)).troubles.find((each) => each.includes("discovery")),
      bound,
    );
    const before = asking.answers.get("a") ?? 0;
    const countsOn = () => ((asking.answers.get("a") ?? 0) > before ? true : undefined);
    await eventually("answers without discovery", countsOn, bound);
    await asking.stop();
    assert.deepEqual(asking.failures, []);
    await frontdoor.end("SIGTERM");
  });
}

test("a service that nobody announces is 503 with its name and Retry-After, no rule is 404", {
  skip: skipGit,
}, async (context) => {
  const world = await openWorld(context, "in-process");
  world.repository.push("REQUEST_URI=/c* passthru c\n");
  const frontdoor = await world.startFrontdoor();
  const answer = await fetch(`${frontdoor.url}/c`);
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /no instance of c/);
  assert.ok(answer.headers.get("retry-after") !== null);
  assert.equal((await fetch(`${frontdoor.url}/d`)).status, 404);
  await frontdoor.end("SIGTERM");
});

/** Undefined unless it answers 200. */
async function textOf(url: string): Promise<string | undefined> {
  const answer = await fetch(url);
  const text = await answer.text();
  return answer.status === 200 ? text : undefined;
}
