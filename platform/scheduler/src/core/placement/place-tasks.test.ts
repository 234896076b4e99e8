import assert from "node:assert/strict";
import { test } from "node:test";
import { changeMachineState } from "../machines/machine-state.ts";
import type { AgentRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { offerRescinded, offersLost } from "./offers-received.ts";
import type { PlacementRule } from "./placement-report.ts";
import type { OfferParts } from "./testing/offers.ts";
import { Placing } from "./testing/placing.ts";

type Setting = (placing: Placing) => void;

/** One agent is offered; the rule keeps the task from it, or nothing does. */
const table: readonly {
  readonly name: string;
  readonly rule: PlacementRule | "placed";
  readonly config?: ConstructorParameters<typeof Placing>[0];
  readonly request?: Parameters<Placing["addService"]>[0] | object;
  readonly deploy?: Parameters<Placing["addService"]>[1];
  readonly plan?: Parameters<Placing["plan"]>[2];
  readonly offer?: OfferParts;
  readonly before?: Setting;
}[] = [
  { name: "an agent with room", rule: "placed" },
  {
    name: "a frozen agent",
    rule: "AGENT_FROZEN",
    before: (p) => p.turn((turn) => changeMachineState(turn, "agent", "a1", { state: "FROZEN" })),
  },
  {
    name: "a decommissioning agent",
    rule: "AGENT_DECOMMISSIONING",
    before: (p) =>
      p.turn((turn) => changeMachineState(turn, "agent", "a1", { state: "STARTING_DECOMMISSION" })),
  },
  {
    name: "a frozen rack",
    rule: "RACK_FROZEN",
    before: (p) =>
      p.turn((turn) => changeMachineState(turn, "rack", "DEFAULT", { state: "FROZEN" })),
  },
  {
    name: "a decommissioning rack",
    rule: "RACK_DECOMMISSIONING",
    before: (p) =>
      p.turn((turn) =>
        changeMachineState(turn, "rack", "DEFAULT", { state: "STARTING_DECOMMISSION" }),
      ),
  },
  { name: "another rack", rule: "RACK_AFFINITY", request: { rackAffinity: ["r2", "r3"] } },
  {
    name: "the rack that is wanted",
    rule: "placed",
    request: { rackAffinity: ["r2"] },
    offer: { attributes: { rackid: "r2" } },
  },
  {
    name: "an agent reserved by attribute",
    rule: "RESERVED_ATTRIBUTES",
    config: { reserveAgentsWithAttributes: { gpu: ["yes"] } },
    offer: { attributes: { gpu: "yes" } },
  },
  {
    name: "an agent reserved for who allows its attribute",
    rule: "placed",
    config: { reserveAgentsWithAttributes: { gpu: ["yes"] } },
    request: { allowedAgentAttributes: { gpu: "yes" } },
    offer: { attributes: { gpu: "yes" } },
  },
  {
    name: "a machine for preemptible tasks, and a job of unknown length",
    rule: "PREEMPTIBLE_ONLY",
    config: { preemptibleTasksOnlyMachineAttributes: { spot: "1" } },
    request: { requestType: "ON_DEMAND" },
    offer: { attributes: { spot: "1" } },
  },
  {
    name: "a machine for preemptible tasks, and a service",
    rule: "placed",
    config: { preemptibleTasksOnlyMachineAttributes: { spot: "1" } },
    offer: { attributes: { spot: "1" } },
  },
  {
    name: "an agent without a required attribute",
    rule: "REQUIRED_ATTRIBUTES",
    request: { requiredAgentAttributes: { zone: "b", kind: "x" } },
    offer: { attributes: { zone: "b" } },
  },
  {
    name: "a run with a required attribute of its own",
    rule: "REQUIRED_ATTRIBUTES",
    request: { requiredAgentAttributes: { zone: "a" } },
    plan: { requiredAgentAttributeOverrides: { zone: "b" } },
    offer: { attributes: { zone: "a" } },
  },
  {
    name: "minimums that could no longer be reached",
    rule: "ATTRIBUTE_MINIMUMS",
    request: { instances: 2, agentAttributeMinimums: { zone: { a: 100 } } },
    offer: { attributes: { zone: "b" } },
  },
  {
    name: "minimums that still can be reached",
    rule: "placed",
    request: { instances: 2, agentAttributeMinimums: { zone: { a: 50 } } },
    offer: { attributes: { zone: "b" } },
  },
  {
    name: "a rack that has its share",
    rule: "RACK_SATURATED",
    config: { expectedRacksCount: 2 },
    request: { instances: 2, rackSensitive: true },
    before: (p) => {
      p.addTask("web", 7, { hostname: "elsewhere" });
    },
    offer: { attributes: { rackid: "r1" } },
  },
  {
    name: "SEPARATE_BY_DEPLOY and a task of the deploy",
    rule: "AGENT_SATURATED",
    request: { agentPlacement: "SEPARATE_BY_DEPLOY" },
    before: (p) => {
      p.addTask("web", 7, { hostname: "host-a1" });
    },
  },
  {
    name: "SEPARATE_BY_DEPLOY and a cleaning task of the deploy",
    rule: "AGENT_SATURATED",
    request: { agentPlacement: "SEPARATE_BY_DEPLOY" },
    before: (p) => {
      const task = p.addTask("web", 7, { hostname: "host-a1" });
      p.turn((turn) => cleanUpTask(turn, task, { cleanupType: "BOUNCING" }));
    },
  },
  {
    name: "SEPARATE_BY_DEPLOY and a task of another deploy",
    rule: "placed",
    request: { agentPlacement: "SEPARATE_BY_DEPLOY" },
    before: (p) => {
      p.addTask("web", 7, { hostname: "host-a1", deployId: "d0" });
    },
  },
  {
    name: "SEPARATE_BY_REQUEST and a task of another deploy",
    rule: "AGENT_SATURATED",
    request: { agentPlacement: "SEPARATE_BY_REQUEST" },
    before: (p) => {
      p.addTask("web", 7, { hostname: "host-a1", deployId: "d0" });
    },
  },
  {
    name: "a bounce that may share the host with what it replaces",
    rule: "placed",
    request: { agentPlacement: "SEPARATE_BY_DEPLOY", allowBounceToSameHost: true },
    plan: { pendingType: "BOUNCE", actionId: "b1" },
    before: (p) => {
      p.addTask("web", 7, { hostname: "host-a1" });
    },
  },
  {
    name: "SPREAD_ALL_AGENTS and a task of the deploy",
    rule: "AGENT_SATURATED",
    request: { agentPlacement: "SPREAD_ALL_AGENTS" },
    before: (p) => {
      p.addTask("web", 7, { hostname: "host-a1" });
    },
  },
  {
    name: "OPTIMISTIC and a host above the average",
    rule: "AGENT_SATURATED",
    request: { agentPlacement: "OPTIMISTIC" },
    before: (p) => {
      for (let n = 7; n < 10; n++) p.addTask("web", n, { hostname: "host-a1" });
      p.addTask("web", 11, { hostname: "other1" });
      p.addTask("web", 12, { hostname: "other2" });
    },
  },
  {
    name: "OPTIMISTIC and a host at the average",
    rule: "placed",
    request: { agentPlacement: "OPTIMISTIC" },
    before: (p) => {
      p.addTask("web", 7, { hostname: "host-a1" });
    },
  },
  { name: "too few cpus", rule: "CPUS", offer: { cpus: 0.9 } },
  { name: "too little memory", rule: "MEMORY", offer: { memoryMb: 63 } },
  {
    name: "too little disk",
    rule: "DISK",
    deploy: { resources: { cpus: 1, memoryMb: 64, diskMb: 20_000, numPorts: 0 } },
  },
  {
    name: "an executor that takes what is missing",
    rule: "CPUS",
    deploy: {
      customExecutorCmd: "x",
      resources: { cpus: 4, memoryMb: 64, diskMb: 0, numPorts: 0 },
      customExecutorResources: { cpus: 0.1, memoryMb: 1, diskMb: 0, numPorts: 0 },
    },
  },
  {
    name: "too few ports",
    rule: "PORTS",
    deploy: { resources: { cpus: 1, memoryMb: 64, diskMb: 0, numPorts: 3 } },
    offer: { ports: [[31_000, 31_001]] },
  },
  {
    name: "a port of its own that is taken",
    rule: "PORTS",
    deploy: {
      containerInfo: {
        type: "DOCKER",
        docker: {
          image: "i",
          privileged: false,
          portMappings: [{ hostPortType: "LITERAL", hostPort: 8080, containerPort: 80 }],
        },
      },
    },
    offer: { ports: [[31_000, 31_001]] },
  },
  { name: "unreserved resources for a role", rule: "ROLE", request: { requiredRole: "db" } },
  {
    name: "resources of the role",
    rule: "placed",
    request: { requiredRole: "db" },
    offer: { reservedFor: "db" },
  },
  { name: "reserved resources for nobody", rule: "CPUS", offer: { reservedFor: "db" } },
];

for (const { name, rule, config, request, deploy, plan, offer, before } of table) {
  test(`placeTasks(): ${name}: ${rule}`, () => {
    const placing = new Placing(config);
    placing.addService({ id: "web", ...request }, deploy);
    placing.offer(offer ?? {});
    before?.(placing);
    const tasks = placing.tasksOf("web").length;
    placing.plan("web", 1, plan);
    placing.place();
    const report = [...placing.state.reports.values()][0];
    if (rule === "placed") {
      assert.equal(placing.tasksOf("web").length, tasks + 1, report?.summary);
      assert.equal(placing.take("launch").length, 1);
    } else {
      assert.equal(placing.tasksOf("web").length, tasks);
      assert.deepEqual(report?.failed, { [rule]: 1 });
    }
  });
}

test("placeTasks() launches all tasks of an agent at once, by all its offers, and takes them out", () => {
  const placing = new Placing();
  placing.addService(
    { id: "web" },
    { resources: { cpus: 1, memoryMb: 64, diskMb: 0, numPorts: 2 } },
  );
  placing.offer(
    { id: "o1", cpus: 1, ports: [[31_000, 31_003]] },
    { id: "o2", cpus: 2, memoryMb: 64, diskMb: 0 },
  );
  placing.plan("web", 2);
  placing.place();
  const tasks = placing.tasksOf("web");
  assert.equal(tasks.length, 2);
  const [launch, ...others] = placing.take("launch");
  assert.equal(others.length, 0);
  assert.deepEqual(launch?.offerIds, ["o1", "o2"]);
  assert.deepEqual(
    launch.taskIds,
    tasks.map(({ taskId }) => taskId.id),
  );
  assert.deepEqual(tasks.flatMap(({ ports }) => ports).sort(), [31_000, 31_001, 31_002, 31_003]);
  assert.equal(placing.state.offers.size, 0);
  assert.deepEqual(placing.planned("web"), []);
});

test("placeTasks() gives ports that were named after those that were drawn", () => {
  const placing = new Placing();
  placing.addService(
    { id: "web" },
    {
      resources: { cpus: 1, memoryMb: 64, diskMb: 0, numPorts: 1 },
      containerInfo: {
        type: "DOCKER",
        docker: {
          image: "i",
          privileged: false,
          portMappings: [
            { hostPortType: "FROM_OFFER", hostPort: 0, containerPort: 80 },
            { hostPort: 31_000, containerPort: 81 },
          ],
        },
      },
    },
  );
  placing.offer({ ports: [[31_000, 31_001]] });
  placing.plan("web");
  placing.place();
  assert.deepEqual(placing.tasksOf("web")[0]?.ports, [31_001, 31_000]);
});

test("placeTasks() takes the freest agent, and prefers one with an allowed attribute", () => {
  const placing = new Placing();
  placing.addService({ id: "plain" });
  placing.addService({ id: "picky", allowedAgentAttributes: { ssd: "1" } });
  placing.turn((turn) => turn.put("agent", "a1", agentRecord("a1", 8)));
  placing.turn((turn) => turn.put("agent", "a2", agentRecord("a2", 8)));
  placing.offer({ agent: "a1", cpus: 8 }, { agent: "a2", cpus: 6, attributes: { ssd: "1" } });
  placing.plan("plain");
  placing.plan("picky");
  placing.place();
  assert.deepEqual(placing.hostsOf("plain"), ["host-a1"]);
  assert.deepEqual(placing.hostsOf("picky"), ["host-a2"]);
});

function agentRecord(id: string, cpus: number): AgentRecord {
  const currentState = { objectId: id, state: "ACTIVE" as const, timestamp: 0 };
  return {
    id,
    host: `host-${id}`,
    rackId: "DEFAULT",
    attributes: {},
    firstSeenAt: 0,
    currentState,
    history: [currentState],
    resources: { cpus, mem: 1024, disk: 10_000 },
  };
}

test("placeTasks() places what is overdue for longest first, weighed by priority", () => {
  const placing = new Placing();
  placing.addService({ id: "worker", requestType: "WORKER" });
  placing.addService({ id: "service" });
  placing.addService({ id: "urgent", taskPriorityLevel: 1 });
  const now = placing.now;
  placing.plan("worker", 1, { nextRunAt: now - 1200 });
  placing.plan("service", 1, { nextRunAt: now - 1000 });
  placing.plan("urgent", 1, { nextRunAt: now - 650 });
  placing.offer({ cpus: 2 });
  placing.place();
  assert.deepEqual(
    ["service", "urgent", "worker"].map((id) => placing.tasksOf(id).length),
    [1, 1, 0],
  );
});

test("placeTasks() launches nothing before it is connected and knows what runs", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.offer({});
  placing.plan("web");
  placing.state.link.connected = false;
  placing.place();
  assert.equal(placing.take("launch").length, 0);
  placing.state.link.connected = true;
  placing.state.link.unreconciled.add("t");
  placing.state.link.launchesFrom = (placing.now + 5000) as typeof placing.now;
  placing.place();
  assert.equal(placing.take("launch").length, 0);
  placing.advance(5000);
  placing.place();
  assert.equal(placing.take("launch").length, 1);
});

test("placeTasks() keeps to on-demand caps and lets no job overlap", () => {
  const placing = new Placing();
  placing.addService({ id: "job", requestType: "ON_DEMAND", instances: 2 });
  placing.addService({ id: "cron", requestType: "SCHEDULED" });
  placing.plan("job", 3);
  placing.plan("cron", 2);
  placing.offer({ cpus: 8 });
  placing.place();
  assert.equal(placing.tasksOf("job").length, 2);
  assert.equal(placing.tasksOf("cron").length, 1);
});

test("placeTasks() works a long queue off in turns, and launches each agent's tasks at once", () => {
  const placing = new Placing({
    offers: { ...new Placing().config.offers, placementsPerTurnMax: 10 },
  });
  placing.addService({ id: "web", instances: 25 });
  placing.plan("web", 25);
  placing.offer(
    { agent: "a1", cpus: 20, memoryMb: 9000 },
    { agent: "a2", cpus: 20, memoryMb: 9000 },
  );
  placing.place();
  assert.equal(placing.tasksOf("web").length, 25);
  assert.deepEqual(
    placing
      .take("launch")
      .map(({ agentId }) => agentId)
      .sort(),
    ["a1", "a2"],
  );
});

test("offerRescinded() takes its resources back; offersLost() takes them all", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.offer({ id: "o1", cpus: 1 }, { id: "o2", cpus: 0.5 });
  placing.turn((turn) => offerRescinded(turn, "o1"));
  placing.plan("web");
  placing.place();
  assert.equal(placing.take("launch").length, 0);
  placing.turn(offersLost);
  assert.equal(placing.state.offers.size, 0);
});

test("placeTasks() does not try again what cannot have changed, but does once an agent is offered", () => {
  const placing = new Placing();
  placing.addService(
    { id: "web" },
    { resources: { cpus: 8, memoryMb: 64, diskMb: 0, numPorts: 0 } },
  );
  placing.plan("web");
  placing.offer({ agent: "a1" });
  placing.place();
  placing.offer({ agent: "a2", cpus: 8 });
  placing.place();
  assert.deepEqual(placing.hostsOf("web"), ["host-a2"]);
});

test("offers to different roles of ours are never accepted together", () => {
  const placing = new Placing();
  placing.addService({ id: "web" });
  placing.offer({ id: "o1", cpus: 1, allocatedTo: "a" }, { id: "o2", cpus: 1, allocatedTo: "b" });
  placing.plan("web", 2);
  placing.place();
  assert.deepEqual(
    placing.take("launch").map(({ offerIds }) => offerIds),
    [["o1"], ["o2"]],
  );
});

test("placeTasks() goes on with what a round that took too long has left", () => {
  const offers = { ...new Placing().config.offers, placementsPerTurnMax: 1, turnsPerRoundMax: 1 };
  const placing = new Placing({ offers });
  for (const id of ["q0", "q1"]) {
    placing.addService({ id });
    placing.plan(id);
  }
  placing.offer({ agent: "a1" }, { agent: "a2" });
  for (let turn = 0; turn < 2; turn++) {
    assert.ok(placing.state.placementDue);
    placing.place();
  }
  assert.equal(placing.take("launch").length, 2);
});
