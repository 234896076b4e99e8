/** The network inside one process keeps the promises of the real one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import type { LibprocessMessage, Upid } from "@tavola/protocol";
import { createMemoryNetwork, type MemoryNetwork } from "./memory-network.ts";
import { simulatedClock } from "./simulated-clock.ts";

const nothing = new Uint8Array(0);

function member(network: MemoryNetwork, port: number) {
  const received: LibprocessMessage[] = [];
  const joined = network.join({
    ip: "10.0.0.1",
    port,
    onMessage: (message) => {
      received.push(message);
      return "accepted";
    },
  });
  const upid: Upid = { id: "p", host: "10.0.0.1", port };
  return { ...joined, received, upid };
}

test("messages arrive later, with their sender, in order even if delays are not", () => {
  const clock = simulatedClock(instant(0));
  const delays = [30, 10, 20];
  const network = createMemoryNetwork({ clock, delayMs: () => delays.shift() ?? 0 });
  const [a, b] = [member(network, 1), member(network, 2)];
  for (const name of ["x", "y", "z"]) a.messenger.send("from", b.upid, name, nothing);
  clock.advance(29);
  assert.equal(b.received.length, 0);
  clock.advance(1);
  assert.deepEqual(
    b.received.map(({ from, to, name }) => [from, to, name]),
    ["x", "y", "z"].map((name) => ["from@10.0.0.1:1", "p", name]),
  );
});

test("a link tells once when the other leaves, or was never there; the one who leaves is told nothing", () => {
  const clock = simulatedClock(instant(0));
  const network = createMemoryNetwork({ clock });
  const [a, b] = [member(network, 1), member(network, 2)];
  const exits: string[] = [];
  a.messenger.link(b.upid, () => exits.push("a told of b"));
  b.messenger.link(a.upid, () => exits.push("b told of a"));
  a.messenger.link({ ...b.upid, port: 9 }, () => exits.push("a told of nobody"));
  a.messenger.link(b.upid, () => exits.push("undone"))();
  assert.deepEqual(exits, []);
  clock.advance(0);
  assert.deepEqual(exits, ["a told of nobody"]);
  b.leave();
  clock.advance(0);
  clock.advance(100);
  assert.deepEqual(exits.slice(1), ["a told of b"]);
});

test("who has left neither sends nor receives; a successor at its address does", () => {
  const clock = simulatedClock(instant(0));
  const network = createMemoryNetwork({ clock });
  const [a, b] = [member(network, 1), member(network, 2)];
  a.messenger.send("x", b.upid, "lost", nothing);
  b.leave();
  b.messenger.send("x", a.upid, "ghost", nothing);
  clock.advance(0);
  const successor = member(network, 2);
  a.messenger.send("x", b.upid, "kept", nothing);
  clock.advance(0);
  assert.deepEqual([a.received.length, b.received.length], [0, 0]);
  assert.deepEqual(
    successor.received.map(({ name }) => name),
    ["kept"],
  );
});

test("sever() loses what is on its way and breaks links until heal()", () => {
  const clock = simulatedClock(instant(0));
  const network = createMemoryNetwork({ clock, delayMs: () => 10 });
  const [a, b] = [member(network, 1), member(network, 2)];
  let exits = 0;
  a.messenger.link(b.upid, () => {
    exits += 1;
  });
  a.messenger.send("x", b.upid, "under way", nothing);
  network.sever("10.0.0.1:2", "10.0.0.1:1");
  clock.advance(20);
  assert.deepEqual([exits, b.received.length], [1, 0]);
  a.messenger.send("x", b.upid, "severed", nothing);
  clock.advance(20);
  network.heal("10.0.0.1:1", "10.0.0.1:2");
  a.messenger.send("x", b.upid, "healed", nothing);
  clock.advance(20);
  assert.deepEqual(
    b.received.map(({ name }) => name),
    ["healed"],
  );
});
