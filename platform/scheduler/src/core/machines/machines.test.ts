import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs } from "@tavola/base";
import type { MachineState } from "../model/enums.ts";
import { actionDisabled } from "../operations/disabled-actions.ts";
import { Placing } from "../placement/testing/placing.ts";
import type { Outcome } from "../turn.ts";
import { agentLost } from "./agent-lost.ts";
import { agentsListed } from "./agents-listed.ts";
import { hostDeactivated } from "./inactive-hosts.ts";
import {
  deadAgentsRemoved,
  decommissionUpdated,
  type MachineAction,
  machineActivated,
  machineDecommissioned,
  machineExpiringRemoved,
  machineFrozen,
  machineRemoved,
} from "./machine-actions.ts";
import { refuseTransition } from "./machine-state.ts";
import { settleMachines } from "./settle-machines.ts";

function stateOf(placing: Placing, id = "a1"): MachineState | undefined {
  return placing.state.records.agent.get(id)?.currentState.state;
}

function rackStateOf(placing: Placing, id = "DEFAULT"): MachineState | undefined {
  return placing.state.records.rack.get(id)?.currentState.state;
}

type Action = (
  turn: Parameters<Parameters<Placing["turn"]>[0]>[0],
  a: MachineAction,
) => Outcome<void>;

function act(
  placing: Placing,
  action: Action,
  parts: Partial<MachineAction> = {},
): string | undefined {
  const outcome = placing.turn((turn) => action(turn, { kind: "agent", id: "a1", ...parts }));
  return outcome.refusal && `${outcome.refusal.status} ${outcome.refusal.message}`;
}

test("offers make agents and racks known, with their attributes and racks", () => {
  const placing = new Placing({ commonHostnameSuffixToOmit: ".example.com" });
  placing.offer({ host: "h.example.com", attributes: { rackid: "r7", disk: "ssd" } });
  const agent = placing.state.records.agent.get("a1");
  assert.equal(agent?.host, "h");
  assert.equal(agent.rackId, "r7");
  assert.deepEqual(agent.attributes, { disk: "ssd" });
  assert.equal(agent.firstSeenAt, placing.now);
  assert.deepEqual(agent.history, [agent.currentState]);
  assert.equal(rackStateOf(placing, "r7"), "ACTIVE");
  placing.offer({ id: "next", host: "h.example.com", attributes: { rackid: "r7", disk: "hdd" } });
  assert.deepEqual(placing.state.records.agent.get("a1")?.attributes, { disk: "hdd" });
});

test("agentLost() gives the agent up, its rack with the last one, and both come back when seen", () => {
  const placing = new Placing();
  placing.offer({ agent: "a1" }, { agent: "a2" });
  placing.turn((turn) => agentLost(turn, "a1"));
  assert.equal(stateOf(placing), "DEAD");
  assert.equal(rackStateOf(placing), "ACTIVE");
  assert.equal(placing.state.offers.agentCount, 1);
  placing.turn((turn) => agentLost(turn, "a2"));
  assert.equal(rackStateOf(placing), "DEAD");
  assert.equal(placing.state.losses.agents, 2);
  placing.turn((turn) => agentLost(turn, "nobody"));
  placing.offer({ agent: "a1", id: "back" });
  assert.equal(stateOf(placing), "ACTIVE");
  assert.equal(rackStateOf(placing), "ACTIVE");
});

test("agentsListed() gives up who is not in the master's list, and keeps what each has", () => {
  const placing = new Placing();
  placing.offer({ agent: "a1" }, { agent: "a2" });
  const listed = [
    {
      agentId: "a1",
      hostname: "host-a1",
      attributes: [],
      resources: [
        { name: "cpus", type: "SCALAR" as const, scalar: { value: 16 } },
        { name: "ports", type: "RANGES" as const, ranges: { range: [{ begin: 5, end: 9 }] } },
      ],
    },
  ];
  placing.turn((turn) => agentsListed(turn, listed, true));
  assert.deepEqual(placing.state.records.agent.get("a1")?.resources, { cpus: 16, ports: "[5-9]" });
  assert.equal(stateOf(placing, "a2"), "MISSING_ON_STARTUP");
  assert.equal(placing.state.losses.agents, 0);
  assert.equal(stateOf(placing, "a1"), "ACTIVE");
});

test("an agent that is decommissioned has its tasks replaced, and is empty once the last has ended", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.offer({});
  placing.plan("web");
  placing.place();
  const [task] = placing.tasksOf("web");
  assert.ok(task !== undefined);
  const change = { message: "new disks" };
  assert.equal(act(placing, machineDecommissioned, { user: "joe", change }), undefined);
  assert.equal(stateOf(placing), "DECOMMISSIONING");
  const cleanup = placing.tasksOf("web")[0]?.cleanup;
  assert.equal(cleanup?.cleanupType, "DECOMISSIONING");
  assert.equal(cleanup.user, "joe");
  assert.equal(cleanup.message, "Agent host-a1 (a1) is decomissioning (message: new disks)");
  placing.turn((turn) => turn.remove("task", task.taskId.id));
  assert.equal(placing.state.clusterAgenda.nextAt, 0, "asked for at once");
  placing.turn(settleMachines);
  assert.equal(stateOf(placing), "DECOMMISSIONED");
  assert.deepEqual(
    placing.state.records.agent.get("a1")?.history.map(({ state }) => state),
    ["ACTIVE", "STARTING_DECOMMISSION", "DECOMMISSIONING", "DECOMMISSIONED"],
  );
  assert.equal(
    act(placing, machineDecommissioned),
    "409 FAILURE_ILLEGAL_TRANSITION - Agent a1 is in STARTING_DECOMMISSION state",
  );
  assert.equal(act(placing, machineActivated), undefined);
  assert.equal(stateOf(placing), "ACTIVE");
});

test("a rack that is decommissioned has the tasks of all its agents replaced", () => {
  const placing = new Placing();
  placing.addService({ id: "web", instances: 2, agentPlacement: "SEPARATE_BY_DEPLOY" });
  placing.offer({ agent: "a1" }, { agent: "a2" }, { agent: "a3", attributes: { rackid: "r2" } });
  placing.plan("web", 3);
  placing.place();
  assert.equal(act(placing, machineDecommissioned, { kind: "rack", id: "DEFAULT" }), undefined);
  const cleaned = placing.tasksOf("web").filter(({ cleanup }) => cleanup !== undefined);
  assert.deepEqual(cleaned.map(({ agentId }) => agentId).sort(), ["a1", "a2"]);
  for (const { taskId } of cleaned) placing.turn((turn) => turn.remove("task", taskId.id));
  placing.turn(settleMachines);
  assert.equal(rackStateOf(placing), "DECOMMISSIONED");
});

test("machine actions are refused as Singularity refuses them", () => {
  const placing = new Placing({ maxDecommissioningAgents: 1 });
  placing.addService({ id: "web" });
  placing.offer({ agent: "a1" }, { agent: "a2" });
  placing.plan("web");
  placing.place();
  const agent = placing.tasksOf("web")[0]?.agentId ?? "";
  assert.equal(
    act(placing, machineFrozen, { id: "nobody" }),
    "404 Couldn't find an active Agent with id nobody (result: FAILURE_NOT_FOUND)",
  );
  assert.equal(
    act(placing, machineActivated),
    "409 FAILURE_ALREADY_AT_STATE - Agent a1 is in ACTIVE state",
  );
  assert.equal(act(placing, machineDecommissioned, { id: agent }), undefined);
  assert.equal(
    act(placing, machineDecommissioned, { id: agent === "a1" ? "a2" : "a1" }),
    "400 1 agents are already decommissioning state (1 allowed at once). Allow these agents to finish before decommissioning another",
  );
  assert.equal(
    act(placing, machineFrozen, { id: agent }),
    `409 FAILURE_ILLEGAL_TRANSITION - Agent ${agent} is in FROZEN state`,
  );
  assert.equal(
    act(placing, machineRemoved, { kind: "rack", id: "r9" }),
    "404 Couldn't find dead Rack with id r9",
  );
  placing.turn((turn) => actionDisabled(turn, { action: "FREEZE_AGENT" }));
  assert.equal(
    act(placing, machineFrozen),
    "409 Cannot perform action FREEZE_AGENT: Action is currently disabled",
  );
});

test("a state that expires reverts, or is made permanent", () => {
  const placing = new Placing();
  placing.offer({ agent: "a1" }, { agent: "a2" });
  const change = { durationMillis: 60_000, revertToState: "ACTIVE" as const };
  assert.equal(act(placing, machineFrozen, { change }), undefined);
  assert.equal(act(placing, machineFrozen, { id: "a2", change }), undefined);
  assert.equal(
    act(placing, machineActivated, { change }),
    "409 A current expiring object already exists, delete it first",
  );
  assert.equal(placing.state.clusterAgenda.nextAt, placing.now + 60_000);
  assert.equal(act(placing, machineExpiringRemoved, { id: "a2" }), undefined);
  placing.advance(60_000);
  placing.turn(settleMachines);
  assert.equal(stateOf(placing), "ACTIVE");
  assert.equal(placing.state.records.agent.get("a1")?.expiring, undefined);
  assert.equal(
    placing.state.records.agent.get("a1")?.currentState.message,
    "Updated due to expiring action",
  );
  assert.equal(stateOf(placing, "a2"), "FROZEN");
});

test("a decommission that takes too long may kill what is left", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.offer({});
  placing.plan("web");
  placing.place();
  const change = {
    durationMillis: 60_000,
    revertToState: "DECOMMISSIONED" as const,
    killTasksOnDecommissionTimeout: true,
  };
  assert.equal(act(placing, machineDecommissioned, { user: "joe", change }), undefined);
  const longer = { ...change, durationMillis: 120_000 };
  assert.equal(act(placing, decommissionUpdated, { user: "joe", change: longer }), undefined);
  placing.advance(119_999);
  placing.turn(settleMachines);
  assert.equal(stateOf(placing), "DECOMMISSIONING");
  placing.advance(1);
  placing.turn(settleMachines);
  assert.equal(stateOf(placing), "DECOMMISSIONED");
  const cleanup = placing.tasksOf("web")[0]?.cleanup;
  assert.equal(cleanup?.cleanupType, "DECOMMISSION_TIMEOUT");
  assert.equal(cleanup.message, "Agent decommission (started by: joe) timed out after 120000ms");
});

test("what a change that expires may ask for", () => {
  const cases: readonly (readonly [Action, object, string])[] = [
    [
      machineFrozen,
      {},
      "400 Must include a machine state to revert to for an expiring machine state change",
    ],
    [
      machineFrozen,
      { revertToState: "DECOMMISSIONED" },
      "400 Cannot transition from FROZEN to DECOMMISSIONING or DECOMMISSIONED",
    ],
    [
      machineDecommissioned,
      { revertToState: "FROZEN" },
      "400 Cannot transition from a decommissioning state to FROZEN",
    ],
    [
      machineDecommissioned,
      { revertToState: "STARTING_DECOMMISSION" },
      "400 Cannot start decommission when it has already been started",
    ],
    [
      machineDecommissioned,
      { revertToState: "DECOMMISSIONED" },
      "400 Must specify that all tasks on agent get killed if transitioning to DECOMMISSIONED state",
    ],
    [
      machineFrozen,
      { revertToState: "DEAD" },
      "400 States [DEAD, MISSING_ON_STARTUP, DECOMMISSIONING] are reserved for system usage, you cannot manually transition to DEAD",
    ],
  ];
  for (const [action, parts, wanted] of cases) {
    const placing = new Placing();
    placing.offer({});
    assert.equal(act(placing, action, { change: { durationMillis: 1000, ...parts } }), wanted);
    assert.equal(stateOf(placing), "ACTIVE");
  }
});

test("a host that operators want gone is decommissioned as soon as it rejoins", () => {
  const placing = new Placing();
  placing.turn((turn) => hostDeactivated(turn, "host-a1"));
  placing.offer({});
  assert.equal(stateOf(placing), "DECOMMISSIONED");
  assert.equal(
    placing.state.records.agent.get("a1")?.currentState.message,
    "Agent a1 on inactive host host-a1 attempted to rejoin cluster.",
  );
  assert.equal(placing.state.offers.size, 0);
});

test("the dead are forgotten after a week, or when an operator says so", () => {
  const placing = new Placing();
  placing.offer({ agent: "a1" }, { agent: "a2" });
  placing.turn((turn) => agentLost(turn, "a1"));
  placing.advance(7 * dayMs - 1);
  assert.equal(placing.turn(settleMachines), placing.now + 1);
  assert.equal(stateOf(placing), "DEAD");
  placing.advance(1);
  placing.turn(settleMachines);
  assert.equal(stateOf(placing), undefined);
  placing.turn((turn) => agentLost(turn, "a2"));
  assert.deepEqual(placing.turn(deadAgentsRemoved), { value: 1 });
  assert.equal(stateOf(placing, "a2"), undefined);
});

test("SPREAD_ALL_AGENTS keeps as many instances as there are active agents", () => {
  const placing = new Placing({ spreadAllAgentsEnabled: true });
  placing.addService({ id: "web", agentPlacement: "SPREAD_ALL_AGENTS" });
  placing.addService({ id: "other" });
  placing.offer({ agent: "a1" }, { agent: "a2" }, { agent: "a3" });
  assert.equal(act(placing, machineFrozen), undefined);
  assert.equal(placing.turn(settleMachines), placing.now + 30_000);
  assert.equal(placing.state.records.request.get("web")?.request.instances, 2);
  assert.equal(placing.state.records.request.get("other")?.request.instances, 1);
});

test("refuseTransition() allows what the drawing shows", () => {
  assert.equal(refuseTransition("ACTIVE", "FROZEN"), undefined);
  assert.equal(refuseTransition("FROZEN", "STARTING_DECOMMISSION"), undefined);
  assert.equal(refuseTransition("DECOMMISSIONED", "DEAD"), undefined);
  assert.equal(refuseTransition("ACTIVE", "DECOMMISSIONED"), "FAILURE_ILLEGAL_TRANSITION");
  assert.equal(refuseTransition("DECOMMISSIONED", "FROZEN"), "FAILURE_ILLEGAL_TRANSITION");
});
