import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CodedError } from "@tavola/base";
import { silentLogger, simulatedClock } from "@tavola/host";
import { connectDiscovery } from "@tavola/sdk";
import type { Services } from "../core/routing-table.ts";
import { scriptedDiscovery } from "../testing/scripted-discovery.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { ServicesFeed } from "./services-feed.ts";

/** The feed's own clock stands still; discovery's is the machine's. */
async function open(context: TestContext) {
  const server = await scriptedDiscovery(context);
  const discovery = connectDiscovery({ servers: server.url });
  const clock = simulatedClock();
  const told: Services[] = [];
  const refusals: CodedError[] = [];
  const feed = new ServicesFeed({
    discovery,
    clock,
    logger: silentLogger,
    apply: async (services) => {
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      told.push(services);
    },
    isOurs: (uri) => uri === "http://10.0.0.9:8080",
  });
  context.after(async () => {
    feed.close();
    await discovery.close();
  });
  await feed.watch.ready;
  return { server, clock, told, refusals, feed };
}

const announced = (id: string, serviceType: string) => ({
  announcementId: id,
  serviceType,
  serviceUri: `http://10.0.0.1:80${id}`,
});

test("a service that no rule names any more is forgotten after a while", async (context) => {
  const { clock, told, feed } = await open(context);
  await feed.follow(new Set(["a", "b"]));
  await feed.follow(new Set(["b", "c"]));
  assert.deepEqual([...(told.at(-1)?.keys() ?? [])].sort(), ["a", "b", "c"]);
  assert.deepEqual([...feed.services.keys()], ["b", "c"]);
  clock.advance(30_000);
  await waitUntil(() => told.at(-1)?.has("a") === false, "a to be forgotten");
  await feed.follow(new Set(["c"]));
  await feed.follow(new Set(["b", "c"]));
  clock.advance(60_000);
  await feed.follow(new Set(["b", "c"]));
  assert.deepEqual([...(told.at(-1)?.keys() ?? [])].sort(), ["b", "c"]);
});

test("what a data plane did not take is told again", async (context) => {
  const { server, clock, told, refusals, feed } = await open(context);
  await feed.follow(new Set(["a"]));
  refusals.push(new CodedError("BUSY", "not now", {}, { transient: true }));
  server.announce(announced("1", "a"));
  await waitUntil(() => refusals.length === 0, "the refusal");
  await waitUntil(() => {
    clock.advance(1000);
    return told.at(-1)?.get("a")?.length === 1;
  }, "the instance");
});

test("services that are gone all at once are kept for as long as it takes to announce them again", async (context) => {
  const { server, clock, told, feed } = await open(context);
  await feed.follow(new Set(["a", "b"]));
  server.announce(announced("1", "a"), announced("2", "b"));
  await waitUntil(() => told.at(-1)?.get("b")?.length === 1, "instances");
  server.announce();
  await waitUntil(() => server.isHeard(), "that nothing is left to be heard");
  assert.equal(feed.services.get("a")?.length, 1);
  clock.advance(15_000);
  await waitUntil(() => told.at(-1)?.get("a")?.length === 0, "them to be given up");
});

test("an announcement with a weight that is none hides no other", async (context) => {
  const { server, told, feed } = await open(context);
  await feed.follow(new Set(["a", "b"]));
  const metadata = { weight: { toString: 1, valueOf: 1 }, zone: [{}] };
  server.announce({ ...announced("1", "a"), metadata }, announced("2", "b"));
  await waitUntil(() => told.at(-1)?.get("b")?.length === 1, "the other service");
  assert.equal(told.at(-1)?.get("a")?.[0]?.weight, 1);
});

test("an announcement that leads back to the front door gets no requests", async (context) => {
  const { server, told, feed } = await open(context);
  await feed.follow(new Set(["a"]));
  server.announce(
    { ...announced("1", "a"), serviceUri: "http://10.0.0.9:8080" },
    announced("2", "a"),
  );
  await waitUntil(() => told.at(-1)?.get("a")?.length === 1, "the other instance");
  assert.equal(told.at(-1)?.get("a")?.[0]?.id, "2");
});
