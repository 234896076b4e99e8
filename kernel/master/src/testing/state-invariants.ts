/**
 * What must hold of a master's state between any two turns.
 */

import assert from "node:assert/strict";
import type { Allocator } from "@tavola/allocator";
import { isTerminal } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { Agent, Framework, MasterState, Task } from "../core/state.ts";
import { noTasksByState } from "../core/task-states.ts";

/** Throws, naming what does not hold. What a lying agent says it has may not hold what it runs. */
export function assertInvariants(
  state: MasterState,
  allocator: Allocator,
  agentsLie: "agentsLie" | undefined = undefined,
): void {
  for (const agent of state.agents.values()) {
    assertAgent(state, agent);
    if (agentsLie === undefined) assertFits(agent);
  }
  for (const framework of state.frameworks.values()) assertFramework(state, framework);
  for (const offer of state.offers.values()) {
    assert.ok(state.frameworks.get(offer.frameworkId)?.offers.has(offer), `${offer.id} is owned`);
    assert.ok(state.agents.get(offer.agentId)?.offers.has(offer), `${offer.id} is somewhere`);
  }
  for (const [stream, framework] of state.frameworkByStream) {
    assert.equal(framework.stream, stream);
    assert.equal(state.frameworks.get(framework.id), framework);
  }
  assertTaskCounts(state);
  assertAllocator(state, allocator);
}

function assertAgent(state: MasterState, agent: Agent): void {
  assert.equal(state.agentByPid.get(agent.pid), agent);
  assert.equal(agent.active, agent.connected && !agent.deactivated);
  if (!agent.active) assert.equal(agent.offers.size, 0, "an inactive agent is not offered");
  let used = Resources.empty;
  for (const [frameworkId, tasks] of agent.tasksByFramework) {
    assert.ok(tasks.size > 0, "no empty maps are kept");
    for (const task of tasks.values()) {
      assert.equal(task.usesResources, !isTerminal(task.message.state));
      if (task.usesResources) used = used.plus(task.resources);
      assert.equal(state.frameworks.get(frameworkId)?.tasks.get(task.id), task);
    }
  }
  for (const executors of agent.executorsByFramework.values()) {
    for (const info of executors.values()) used = used.plus(Resources.of(info.resources ?? []));
  }
  assert.equal(`${sorted(agent.usedResources)}`, `${sorted(used)}`, "what an agent uses");
  const byFramework = Resources.sum(agent.usedByFramework.values());
  assert.equal(`${sorted(byFramework)}`, `${sorted(used)}`, "by framework");
  const offered = Resources.sum([...agent.offers].map(({ resources }) => resources));
  assert.equal(`${sorted(agent.offeredResources)}`, `${sorted(offered)}`, "what is offered of it");
}

/** Nothing is promised twice. */
function assertFits(agent: Agent): void {
  const held = agent.usedResources.plus(agent.offeredResources).unallocated();
  assert.ok(agent.totalResources.contains(held), `${agent.totalResources} holds ${held}`);
}

function assertFramework(state: MasterState, framework: Framework): void {
  assert.notEqual(framework.state, "completed");
  assert.equal(framework.stream !== undefined, framework.state === "active");
  if (framework.state !== "active") assert.equal(framework.offers.size, 0);
  let used = Resources.empty;
  for (const task of framework.tasks.values()) {
    const agent = state.agents.get(task.agentId);
    assert.equal(agent?.tasksByFramework.get(framework.id)?.get(task.id), task);
    assert.equal(framework.unreachableTasks.has(task.id), false);
    if (task.usesResources) used = used.plus(task.resources);
  }
  for (const executors of framework.executors.values()) {
    for (const info of executors.values()) used = used.plus(Resources.of(info.resources ?? []));
  }
  assert.equal(`${sorted(framework.usedResources)}`, `${sorted(used)}`, "what a framework uses");
  assert.equal(
    `${sorted(Resources.sum(framework.usedByAgent.values()))}`,
    `${sorted(used)}`,
    "by agent",
  );
  for (const role of framework.roles) {
    assert.ok(state.roles.get(role)?.frameworks.has(framework.id), `${role} lists it`);
  }
}

function assertTaskCounts(state: MasterState): void {
  const counted = noTasksByState();
  for (const framework of state.frameworks.values()) {
    const own = noTasksByState();
    const live: Task[] = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
    for (const { message } of live) {
      own[message.state] += 1;
      counted[message.state] += 1;
    }
    assert.deepEqual(framework.tasksByState, own);
  }
  assert.deepEqual(state.tasksByState, counted);
}

/** The allocator counts as allocated exactly what is used or offered. */
function assertAllocator(state: MasterState, allocator: Allocator): void {
  const held = [...state.agents.values()].flatMap((agent) => [
    agent.usedResources,
    agent.offeredResources,
  ]);
  const total = Resources.sum(held);
  for (const { name, allocated } of allocator.usage()) {
    assert.equal(allocated, total.scalar(name), `the allocator's ${name}`);
  }
}

/** A text that does not depend on the order of arrival. */
function sorted(resources: Resources): string {
  return `${resources}`.split("; ").sort().join("; ");
}
