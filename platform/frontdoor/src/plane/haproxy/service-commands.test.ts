/** Commands for a service whose instances change. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Server } from "./server-book.ts";
import { serviceCommands } from "./service-commands.ts";

function server(name: string, weight = 128): Server {
  return {
    name,
    service: "web",
    instance: { id: name, uri: "http://10.0.0.1:80", weight: 1, zone: undefined },
    address: "10.0.0.1:80",
    tlsName: undefined,
    weight,
    place: "any",
  };
}

const none = { added: [], removed: [], reweighted: [] };
const options = { settings: { slowStartMs: 1 }, isReused: () => false };

test("serviceCommands() says everything to each backend of the service", () => {
  const changes = { ...none, reweighted: [server("i1", 64)], removed: [server("i2")] };
  assert.deepEqual(serviceCommands(["service-1", "service-4"], changes, options), [
    "set server service-1/i1 weight 64",
    "set server service-1/i2 state maint",
    "set server service-4/i1 weight 64",
    "set server service-4/i2 state maint",
  ]);
});

test("serviceCommands() lets come before it lets go, so that a service is never without any", () => {
  const changes = { ...none, added: [server("i2")], removed: [server("i1")] };
  const said = serviceCommands(["service-1"], changes, options);
  assert.match(said[0] ?? "", /^add server service-1\/i2 10\.0\.0\.1:80 /);
  assert.equal(said.at(-1), "set server service-1/i1 state maint");
});

test("serviceCommands() gives a server that HAProxy has another address, and adds none", () => {
  const changes = { ...none, added: [server("i1", 64), server("i2")] };
  const isReused = ({ name }: Server): boolean => name === "i1";
  const said = serviceCommands(["service-1"], changes, { ...options, isReused });
  assert.deepEqual(said.slice(0, 3), [
    "set server service-1/i1 addr 10.0.0.1 port 80",
    "set server service-1/i1 weight 64",
    "set server service-1/i1 state ready",
  ]);
  assert.deepEqual(said.filter((command) => command.startsWith("add server")).length, 1);
});

test("serviceCommands() says nothing of a service that no rule names", () => {
  assert.deepEqual(serviceCommands([], { ...none, added: [server("i1")] }, options), []);
});
