/** Each rule that keeps a task from an agent, and what it lets pass. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changeMachineState } from "../machines/machine-state.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
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
