/** Which servers come and go, and what HAProxy is told of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instance } from "../../core/routing-table.ts";
import { addCommands, changesOf, type Server, serverWeights } from "./server-book.ts";

function instance(id: string, weight = 1): Instance {
  return { id, uri: "http://10.0.0.1:80", weight, zone: undefined };
}

function server(name: string, changes: Partial<Server> = {}): Server {
  return {
    name,
    service: "web",
    instance: instance(name),
    address: "10.0.0.1:80",
    tlsName: undefined,
    weight: 128,
    place: "any",
    ...changes,
  };
}

function byName(...servers: readonly Server[]): ReadonlyMap<string, Server> {
  return new Map(servers.map((each) => [each.name, each]));
}

test("changesOf() tells who came, who went and whose weight is another", () => {
  const before = byName(server("a"), server("b"), server("c"));
  const after = byName(server("b"), server("c", { weight: 64 }), server("d"));
  const changes = changesOf(before, after);
  const names = (servers: readonly Server[]): string[] => servers.map(({ name }) => name);
  assert.deepEqual(names(changes.added), ["d"]);
  assert.deepEqual(names(changes.removed), ["a"]);
  assert.deepEqual(names(changes.reweighted), ["c"]);
});

test("serverWeights() are whole, in proportion, and never 0", () => {
  const instances = [instance("a", 1), instance("b", 0.5), instance("c", 0.0001)];
  assert.deepEqual([...serverWeights(instances).values()], [128, 64, 1]);
  assert.deepEqual([...serverWeights([]).values()], []);
});

test("addCommands() enables a server and the look at it, and checks a certificate's name", () => {
  const [add, ...enable] = addCommands("service-1", server("i7", { tlsName: "a.test" }), {
    slowStartMs: 30_000,
  });
  assert.match(add ?? "", /^add server service-1\/i7 10\.0\.0\.1:80 weight 128 slowstart 30000ms /);
  assert.match(add ?? "", /ssl verify required .* verifyhost a\.test/);
  assert.deepEqual(enable, ["enable server service-1/i7", "enable health service-1/i7"]);
});
