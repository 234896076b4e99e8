import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { createMetrics, type HttpClient, simulatedClock } from "@tavola/host";
import { Directory } from "./directory.ts";
import { OtherServers } from "./other-servers.ts";
import type { StoreLink } from "./store-link.ts";

function started() {
  const clock = simulatedClock();
  const directory = new Directory({ clock, leaseMs: 30_000 });
  directory.reset("g", 7, []);
  const servers = ["self", "well", "hangs"].map((name) => ({ name, url: `http://${name}` }));
  const asked: string[] = [];
  const http = {
    request: async ({ url, body }: { readonly url: string; readonly body: string }) => {
      asked.push(`${url} ${body}`);
      if (url.startsWith("http://hangs")) throw new CodedError("ABORTED", "it said nothing");
      return { status: 200, body: async () => Buffer.from("{}") };
    },
  } as unknown as HttpClient;
  const link = { name: "self", servers } as unknown as StoreLink;
  const others = new OtherServers({ directory, link, http, clock, metrics: createMetrics() });
  return { clock, directory, asked, others };
}

test("follow() asks every other server once for all who wait for the same", async () => {
  const { asked, others } = started();
  await Promise.all([others.follow(), others.follow(), others.follow()]);
  assert.deepEqual(asked, ['http://well/follow {"index":7}', 'http://hangs/follow {"index":7}']);
});

test("follow() does not wait for ten seconds for a server that did not answer", async () => {
  const { clock, directory, asked, others } = started();
  await others.follow();
  directory.apply({ index: 8, operations: [] });
  await others.follow();
  assert.deepEqual(asked.slice(2), ['http://well/follow {"index":8}']);
  clock.advance(10_000);
  directory.apply({ index: 9, operations: [] });
  await others.follow();
  assert.equal(asked.length, 5);
});
