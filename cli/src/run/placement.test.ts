import assert from "node:assert/strict";
import { test } from "node:test";
import { milli } from "@tavola/base";
import type { master, Offer, Resource } from "@tavola/protocol";
import type { Scalars } from "../scalars.ts";
import { explainWait, placeInstances } from "./placement.ts";

function resources(cpus: number, mem: number, more: Partial<Resource> = {}): Resource[] {
  return [
    { name: "cpus", type: "SCALAR", scalar: { value: cpus }, ...more },
    { name: "mem", type: "SCALAR", scalar: { value: mem }, ...more },
  ];
}

function demand(cpus: number, mem: number, disk = 0): Scalars {
  return { cpus: milli(cpus), mem: milli(mem), disk: milli(disk) };
}

function offer(id: string, list: readonly Resource[]): Offer {
  return {
    id: { value: id },
    framework_id: { value: "f" },
    agent_id: { value: `agent-${id}` },
    hostname: "h",
    resources: list,
  };
}

function counts(wanted: number, need: Scalars, ...offers: readonly Offer[]): number[] {
  return placeInstances(need, wanted, offers).map(({ count }) => count);
}

test("placeInstances() spreads instances over the offers, as far as they fit", () => {
  const big = offer("a", resources(4, 4000));
  const small = offer("b", resources(1, 1000));
  assert.deepEqual(counts(2, demand(1, 128), big, small), [1, 1]);
  assert.deepEqual(counts(4, demand(1, 128), big, small), [3, 1]);
  assert.deepEqual(counts(9, demand(1, 128), big, small), [4, 1]);
  assert.deepEqual(counts(1, demand(2, 128), small, big), [0, 1]);
  assert.deepEqual(counts(0, demand(1, 128), big), [0]);
  assert.deepEqual(
    counts(30, demand(0.1, 1), offer("c", resources(0.3, 100))),
    [3],
    "0.1 * 3 is 0.3",
  );
});

test("placeInstances() takes nothing that is reserved, revocable or a volume", () => {
  const reserved = { reservations: [{ type: "STATIC" as const, role: "web" }] };
  for (const more of [reserved, { role: "web" }, { revocable: {} }]) {
    assert.deepEqual(counts(1, demand(1, 1), offer("a", resources(4, 4000, more))), [0]);
  }
});

function agent(cpus: number, mem: number, used: readonly [number, number] = [0, 0]) {
  return {
    agent_info: { hostname: "h" },
    active: true,
    version: "1",
    total_resources: resources(cpus, mem),
    allocated_resources: resources(...used),
  } satisfies master.Response_GetAgents_Agent;
}

test("explainWait() says what is needed and what there is", () => {
  const two = [agent(2, 1000), agent(1, 4000)];
  assert.equal(explainWait(demand(64, 10), two), "needs 64 cpus, the biggest agent has 2");
  assert.equal(
    explainWait(demand(1, 5000), two),
    "needs 5000 MB of memory, the biggest agent has 4000 MB",
  );
  assert.equal(
    explainWait(demand(64, 5000, 1), two),
    "needs 64 cpus, the biggest agent has 2; " +
      "needs 5000 MB of memory, the biggest agent has 4000 MB; " +
      "needs 1 MB of disk, the biggest agent has 0 MB",
  );
  assert.equal(
    explainWait(demand(2, 4000), two),
    "needs 2 cpus and 4000 MB of memory together, no one agent has that",
  );
  assert.equal(
    explainWait(demand(1, 500), [agent(2, 1000, [1.5, 600])]),
    "needs 1 cpu and 500 MB of memory; the agents that are big enough are in use",
  );
  assert.equal(
    explainWait(demand(1, 500), [agent(2, 1000)]),
    "needs 1 cpu and 500 MB of memory; an agent has that, but it is offered to other frameworks now",
  );
  assert.equal(explainWait(demand(1, 1), []), "no agent is registered with the master");
  const inactive = { ...agent(2, 1000), active: false };
  assert.equal(explainWait(demand(1, 1), [inactive]), "no agent of the master is active");
});
