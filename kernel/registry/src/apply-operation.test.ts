import assert from "node:assert/strict";
import test from "node:test";
import { instant, seededRandom } from "@tavola/base";
import { applyOperation } from "./apply-operation.ts";
import type { RegistryOperation } from "./registry-operation.ts";
import {
  createRegistryState,
  minimumCapabilitiesOf,
  type RegistryState,
} from "./registry-state.ts";
import { agentId, agentInfo, masterInfo, randomOperation } from "./testing/random-operations.ts";

const a = agentId("a");
const at = instant(5000);

function fold(...operations: readonly RegistryOperation[]): RegistryState {
  const state = createRegistryState();
  for (const operation of operations) {
    assert.equal(applyOperation(state, operation).error, undefined, operation.kind);
  }
  return state;
}

const admit: RegistryOperation = { kind: "admitAgent", info: agentInfo("a") };
const lose: RegistryOperation = { kind: "markAgentUnreachable", agentId: a, at };
const end: RegistryOperation = { kind: "markAgentGone", agentId: a, at };

for (const [what, before, operation, error] of [
  ["an agent twice", [admit], admit, "agent a is already admitted"],
  ["an unreachable agent as new", [admit, lose], admit, "agent a is unreachable, not new"],
  ["a gone agent", [admit, end], admit, "agent a is gone for ever"],
  [
    "a gone agent again",
    [admit, end],
    { kind: "readmitAgent", info: agentInfo("a") },
    "agent a is gone for ever",
  ],
  ["an agent to be gone twice", [admit, end], end, "agent a is gone already"],
  ["a stranger to be gone", [], end, "agent a is not known"],
  ["a stranger to be unreachable", [], lose, "agent a is not admitted"],
  [
    "an unreachable agent to be removed",
    [admit, lose],
    { kind: "removeAgent", agentId: a },
    "agent a is not admitted",
  ],
  [
    "an agent without an id",
    [],
    { kind: "admitAgent", info: { hostname: "h" } },
    "an agent without an id cannot be admitted",
  ],
  [
    "that a stranger is drained",
    [],
    { kind: "markAgentDrained", agentId: a },
    "agent a is not draining",
  ],
  [
    "that an agent is drained that nobody drains",
    [admit],
    { kind: "markAgentDrained", agentId: a },
    "agent a is not draining",
  ],
  [
    "to deactivate a stranger",
    [],
    { kind: "deactivateAgent", agentId: a },
    "agent a is neither admitted nor unreachable",
  ],
  [
    "maintenance of a machine that is not scheduled",
    [],
    { kind: "startMaintenance", machines: [{ hostname: "h", ip: "10.0.0.1" }] },
    "machine h / 10.0.0.1 is not in the maintenance schedule",
  ],
  [
    "a weight without a role",
    [],
    { kind: "updateWeights", weights: [{ weight: 2 }] },
    "a weight names no role",
  ],
] as const satisfies readonly (readonly [
  string,
  readonly RegistryOperation[],
  RegistryOperation,
  string,
])[]) {
  test(`applyOperation() refuses ${what} and changes nothing`, () => {
    const state = fold(...before);
    const untouched = fold(...before);
    assert.deepEqual(applyOperation(state, operation), { error });
    assert.deepEqual(state, untouched);
  });
}

test("an agent becomes unreachable and comes back with other details", () => {
  const state = fold(admit, lose);
  assert.deepEqual([...state.admitted.keys()], []);
  assert.equal(state.unreachable.get(a)?.since, at);
  const info = agentInfo("a", { port: 1 });
  assert.deepEqual(applyOperation(state, { kind: "readmitAgent", info }), { value: "changed" });
  assert.equal(state.unreachable.size, 0);
  assert.equal(state.admitted.get(a)?.info, info);
});

test("an agent that was forgotten may come back, as in Mesos", () => {
  const state = fold(admit, lose, { kind: "pruneAgents", unreachable: [a], gone: [] });
  assert.equal(state.unreachable.size, 0);
  applyOperation(state, { kind: "readmitAgent", info: agentInfo("a") });
  assert.equal(state.admitted.size, 1);
});

test("pruning forgets those away, and passes over who is here", () => {
  const state = fold(admit, { kind: "admitAgent", info: agentInfo("b") }, end);
  const b = agentId("b");
  assert.deepEqual(applyOperation(state, { kind: "pruneAgents", unreachable: [b], gone: [b] }), {
    value: "unchanged",
  });
  assert.equal(state.admitted.size, 1);
  applyOperation(state, { kind: "pruneAgents", unreachable: [], gone: [a] });
  assert.equal(state.gone.size, 0);
});

test("what an operator asked of an agent outlives its absence and ends with reactivation", () => {
  const config = { max_grace_period: { nanoseconds: 5 }, mark_gone: true };
  const state = fold(admit, { kind: "drainAgent", agentId: a, config }, lose);
  assert.deepEqual(state.unreachable.get(a)?.drain, { state: "DRAINING", config });
  assert.deepEqual(minimumCapabilitiesOf(state), ["AGENT_DRAINING"]);
  applyOperation(state, { kind: "markAgentDrained", agentId: a });
  applyOperation(state, { kind: "readmitAgent", info: agentInfo("a") });
  assert.deepEqual(state.admitted.get(a)?.drain, { state: "DRAINED", config });
  assert.equal(state.admitted.get(a)?.deactivated, true);
  applyOperation(state, { kind: "reactivateAgent", agentId: a });
  assert.deepEqual(state.admitted.get(a)?.drain, undefined);
  assert.equal(state.admitted.get(a)?.deactivated, false);
  assert.deepEqual(minimumCapabilitiesOf(state), []);
  assert.deepEqual(applyOperation(state, { kind: "reactivateAgent", agentId: a }), {
    value: "unchanged",
  });
});

test("the capability to drain is asked for until the last deactivated agent is gone", () => {
  const state = fold(admit, { kind: "deactivateAgent", agentId: a }, end);
  assert.deepEqual(minimumCapabilitiesOf(state), []);
});

test("a machine drains, goes down, comes up, and is out of the schedule", () => {
  const unavailability = { start: { nanoseconds: 7n } };
  const first = { hostname: "H1", ip: "10.0.0.1" };
  const second = { hostname: "h2" };
  const state = fold(
    {
      kind: "updateMaintenanceSchedule",
      schedule: { windows: [{ machine_ids: [first, second], unavailability }] },
    },
    { kind: "startMaintenance", machines: [{ hostname: "h1", ip: "10.0.0.1" }] },
  );
  assert.deepEqual(
    [...state.machines.values()],
    [
      { id: first, mode: "DOWN", unavailability },
      { id: second, mode: "DRAINING", unavailability },
    ],
  );
  applyOperation(state, { kind: "stopMaintenance", machines: [first] });
  assert.deepEqual(state.schedule, { windows: [{ machine_ids: [second], unavailability }] });
  applyOperation(state, { kind: "stopMaintenance", machines: [second] });
  assert.equal(state.schedule, undefined);
  assert.equal(state.machines.size, 0);
});

test("a new schedule keeps who is down, and forgets who is no longer in it", () => {
  const window = (start: bigint, ...names: string[]) => ({
    machine_ids: names.map((hostname) => ({ hostname })),
    unavailability: { start: { nanoseconds: start } },
  });
  const state = fold(
    { kind: "updateMaintenanceSchedule", schedule: { windows: [window(1n, "x", "y")] } },
    { kind: "startMaintenance", machines: [{ hostname: "x" }] },
    { kind: "updateMaintenanceSchedule", schedule: { windows: [window(2n, "x")] } },
  );
  assert.deepEqual(
    [...state.machines.values()],
    [{ id: { hostname: "x" }, mode: "DOWN", unavailability: { start: { nanoseconds: 2n } } }],
  );
});

test("a quota without limits and guarantees is none", () => {
  const limits = { cpus: { value: 4 } };
  const state = fold({ kind: "updateQuotas", configs: [{ role: "r", limits }] });
  assert.deepEqual(minimumCapabilitiesOf(state), ["QUOTA_V2"]);
  const empty = { role: "r", guarantees: { cpus: { value: 0 } } };
  applyOperation(state, { kind: "updateQuotas", configs: [empty] });
  assert.equal(state.quotas.size, 0);
});

test("weights are kept by role; the same one again is no change", () => {
  const operation = { kind: "updateWeights", weights: [{ role: "r", weight: 2.5 }] } as const;
  const state = fold(operation, { kind: "recordLeader", info: masterInfo("m") });
  assert.equal(state.weights.get("r"), 2.5);
  assert.deepEqual(applyOperation(state, operation), { value: "unchanged" });
});

test("whatever is applied: an id is in one place, and who is gone stays gone", () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const random = seededRandom(seed);
    const state = createRegistryState();
    const everGone = new Set<string>();
    for (let step = 0; step < 400; step += 1) {
      applyOperation(state, randomOperation(random, step));
      for (const id of state.gone.keys()) everGone.add(id);
      for (const id of everGone) assert.ok(state.gone.has(agentId(id)), `${id} came back`);
      const places = [state.admitted, state.unreachable, state.gone].flatMap((map) => [
        ...map.keys(),
      ]);
      assert.equal(new Set(places).size, places.length);
      const idle = [...state.admitted, ...state.unreachable].filter(([, use]) => use.deactivated);
      assert.deepEqual(new Set(idle.map(([id]) => id)), state.deactivated);
    }
  }
});
