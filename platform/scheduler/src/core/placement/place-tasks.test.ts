/** Which task goes where and when, and what of the offers is left. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentRecord } from "../records.ts";
import { offerRescinded, offersLost } from "./offers-received.ts";
import { Placing } from "./testing/placing.ts";

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
