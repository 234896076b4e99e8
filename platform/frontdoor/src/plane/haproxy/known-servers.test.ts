/** Who is known by a name, and for how long. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { KnownServers } from "./known-servers.ts";
import type { Server } from "./server-book.ts";

function server(name: string): Server {
  return {
    name,
    service: "web",
    instance: { id: name, uri: "http://10.0.0.1:80", weight: 1, zone: undefined },
    address: "10.0.0.1:80",
    tlsName: undefined,
    weight: 128,
    place: "any",
  };
}

test("KnownServers knows who is gone for as long as it was told, and at most twice that", () => {
  const clock = simulatedClock();
  const known = new KnownServers({ clock, keptMs: 100 });
  for (const name of ["i1", "i2"]) known.added(server(name));
  const [first, second] = [known.get("i1") as Server, known.get("i2") as Server];
  known.removed(first);
  clock.advance(50);
  known.removed(second);
  clock.advance(49);
  assert.equal(known.get("i1"), first);
  clock.advance(1);
  assert.equal(known.get("i1"), undefined);
  assert.equal(known.get("i2"), second);
  clock.advance(100);
  assert.equal(known.get("i2"), undefined);
});

test("KnownServers keeps a name that serves another instance by then", () => {
  const clock = simulatedClock();
  const known = new KnownServers({ clock, keptMs: 100 });
  const [former, latter] = [server("i1"), server("i1")];
  known.added(former);
  known.removed(former);
  known.added(latter);
  clock.advance(200);
  assert.equal(known.get("i1"), latter);
});
