/**
 * What must hold of a master's state between any two turns, for tests and simulations.
 *
 * Pure, and as slow as a walk over everything: never called by a master that serves.
 */

import type { Allocator } from "@tavola/allocator";
import type { AgentId } from "@tavola/base";
import { isTerminal } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { isAnyoneAway } from "./early-kills.ts";
import type { Agent, Framework, MasterState, Task } from "./state.ts";
import { noTasksByState } from "./task-states.ts";

export interface StateCheckOptions {
  /** What agents say that they have may not hold what they say that they run. */
  readonly agentsLie?: boolean;
}

/** One sentence for each thing that does not hold; empty when all does. PERF: O(state). */
export function checkMasterState(
  state: MasterState,
  allocator: Allocator,
  options: StateCheckOptions = {},
): readonly string[] {
  const findings = new Findings();
  for (const agent of state.agents.values()) {
    checkAgent(state, agent, findings);
    if (options.agentsLie !== true) checkFits(agent, findings);
  }
  for (const framework of state.frameworks.values()) checkFramework(state, framework, findings);
  checkOffers(state, findings);
  checkStreams(state, findings);
  checkAbsence(state, findings);
  checkRoles(state, findings);
  checkTaskCounts(state, findings);
  checkAllocator(state, allocator, findings);
  return findings.found;
}

class Findings {
  readonly found: string[] = [];

  expect(condition: boolean, finding: string): void {
    if (!condition) this.found.push(finding);
  }

  same(what: string, kept: Resources, counted: Resources): void {
    if (kept.equals(counted)) return;
    if (sorted(kept) === sorted(counted)) return;
    this.found.push(`${what}: kept as ${kept}, counted as ${counted}`);
  }
}

function checkAgent(state: MasterState, agent: Agent, findings: Findings): void {
  const { id } = agent;
  findings.expect(state.agentByPid.get(agent.pid) === agent, `agent ${id} is found by its address`);
  findings.expect(
    agent.active === (agent.connected && !agent.deactivated),
    `agent ${id} is active exactly while connected and not deactivated`,
  );
  findings.expect(
    agent.deactivated === (state.agentUses.get(id)?.deactivated ?? false),
    `agent ${id} is as deactivated as the registry says`,
  );
  findings.expect(agent.active || agent.offers.size === 0, `inactive agent ${id} is offered`);
  let used = Resources.empty;
  for (const [frameworkId, tasks] of agent.tasksByFramework) {
    findings.expect(tasks.size > 0, `agent ${id} keeps an empty map of tasks`);
    for (const task of tasks.values()) {
      findings.expect(
        task.usesResources === !isTerminal(task.message.state),
        `task ${task.id} in ${task.message.state} uses resources: ${task.usesResources}`,
      );
      if (task.usesResources) used = used.plus(task.resources);
      findings.expect(
        state.frameworks.get(frameworkId)?.tasks.get(task.id) === task,
        `task ${task.id} on agent ${id} is known to framework ${frameworkId}`,
      );
    }
  }
  for (const executors of agent.executorsByFramework.values()) {
    for (const info of executors.values()) used = used.plus(Resources.of(info.resources ?? []));
  }
  findings.same(`what agent ${id} uses`, agent.usedResources, used);
  findings.same(
    `what agent ${id} uses, by framework`,
    Resources.sum(agent.usedByFramework.values()),
    used,
  );
  const offered = Resources.sum([...agent.offers].map(({ resources }) => resources));
  findings.same(`what is offered of agent ${id}`, agent.offeredResources, offered);
}

/** Nothing is promised twice. */
function checkFits(agent: Agent, findings: Findings): void {
  const held = agent.usedResources.plus(agent.offeredResources).unallocated();
  findings.expect(
    agent.totalResources.contains(held),
    `agent ${agent.id} has ${agent.totalResources} and promised ${held}`,
  );
}

function checkFramework(state: MasterState, framework: Framework, findings: Findings): void {
  const { id } = framework;
  findings.expect(framework.state !== "completed", `framework ${id} is completed and listed`);
  findings.expect(!state.completedFrameworks.has(id), `framework ${id} is in both lists`);
  findings.expect(
    (framework.stream !== undefined) === (framework.state === "active") ||
      framework.pid !== undefined,
    `framework ${id} is ${framework.state} with stream ${framework.stream}`,
  );
  findings.expect(
    framework.state === "active" || framework.offers.size === 0,
    `framework ${id} is ${framework.state} and holds offers`,
  );
  let used = Resources.empty;
  for (const task of framework.tasks.values()) {
    findings.expect(
      state.agents.get(task.agentId)?.tasksByFramework.get(id)?.get(task.id) === task,
      `task ${task.id} of framework ${id} is known on agent ${task.agentId}`,
    );
    findings.expect(
      !framework.unreachableTasks.has(task.id),
      `task ${task.id} of framework ${id} is both known and unreachable`,
    );
    if (task.usesResources) used = used.plus(task.resources);
  }
  for (const executors of framework.executors.values()) {
    for (const info of executors.values()) used = used.plus(Resources.of(info.resources ?? []));
  }
  findings.same(`what framework ${id} uses`, scalars(framework.usedResources), scalars(used));
  findings.same(
    `what framework ${id} uses, by agent`,
    scalars(Resources.sum(framework.usedByAgent.values())),
    scalars(used),
  );
}

/** A sum over agents knows not how many of them use the same port. */
function scalars(resources: Resources): Resources {
  return resources.filter(({ type }) => type === "SCALAR");
}

function checkOffers(state: MasterState, findings: Findings): void {
  for (const offer of state.offers.values()) {
    findings.expect(
      state.frameworks.get(offer.frameworkId)?.offers.has(offer) === true,
      `offer ${offer.id} is held by framework ${offer.frameworkId}`,
    );
    findings.expect(
      state.agents.get(offer.agentId)?.offers.has(offer) === true,
      `offer ${offer.id} is on agent ${offer.agentId}`,
    );
  }
}

function checkStreams(state: MasterState, findings: Findings): void {
  for (const [stream, framework] of state.frameworkByStream) {
    findings.expect(
      framework.stream === stream && state.frameworks.get(framework.id) === framework,
      `stream ${stream} is framework ${framework.id}'s`,
    );
  }
}

/** An agent is in one place: registered, expected back, unreachable, or gone. */
function checkAbsence(state: MasterState, findings: Findings): void {
  const places: readonly (readonly [string, { has(id: AgentId): boolean }])[] = [
    ["registered", state.agents],
    ["expected back", state.recoveredAgents],
    ["unreachable", state.unreachableAgents],
    ["gone", state.goneAgents],
  ];
  const away = [
    state.recoveredAgents.keys(),
    state.unreachableAgents.keys(),
    state.goneAgents.keys(),
  ];
  for (const id of new Set(away.flatMap((ids) => [...ids]))) {
    const at = places.filter(([, place]) => place.has(id)).map(([name]) => name);
    findings.expect(at.length === 1, `agent ${id} is ${at.join(" and ")}`);
  }
  for (const id of state.askedToReport) {
    findings.expect(state.agents.has(id), `agent ${id} is to report and is not here`);
  }
  findings.expect(
    state.earlyKills.size === 0 || isAnyoneAway(state),
    "kills are remembered though no agent is away",
  );
  for (const { agentId, cause } of state.removals.waiting.values()) {
    findings.expect(
      state.agents.has(agentId) || state.recoveredAgents.has(agentId),
      `agent ${agentId} waits to be given up (${cause}) and is not here`,
    );
  }
}

function checkRoles(state: MasterState, findings: Findings): void {
  for (const framework of state.frameworks.values()) {
    for (const role of [...framework.roles, ...framework.usedResources.allocations().keys()]) {
      findings.expect(
        state.roles.get(role)?.frameworks.has(framework.id) === true,
        `role ${role} lists framework ${framework.id}`,
      );
    }
  }
  for (const { name, frameworks } of state.roles.values()) {
    findings.expect(frameworks.size > 0, `role ${name} is kept without members`);
    for (const id of frameworks) {
      findings.expect(state.frameworks.has(id), `role ${name} lists ${id}, which is not there`);
    }
  }
}

function checkTaskCounts(state: MasterState, findings: Findings): void {
  const counted = noTasksByState();
  for (const framework of state.frameworks.values()) {
    const own = noTasksByState();
    const live: Task[] = [...framework.tasks.values(), ...framework.unreachableTasks.values()];
    for (const { message } of live) {
      own[message.state] += 1;
      counted[message.state] += 1;
    }
    findings.expect(
      sameCounts(framework.tasksByState, own),
      `the count of framework ${framework.id}'s tasks by state`,
    );
  }
  findings.expect(sameCounts(state.tasksByState, counted), "the count of all tasks by state");
}

function sameCounts<K extends string>(one: Record<K, number>, other: Record<K, number>): boolean {
  return (Object.keys(one) as K[]).every((key) => one[key] === other[key]);
}

/** The allocator counts as allocated exactly what is used or offered. */
function checkAllocator(state: MasterState, allocator: Allocator, findings: Findings): void {
  const held = [...state.agents.values()].flatMap((agent) => [
    agent.usedResources,
    agent.offeredResources,
  ]);
  const total = Resources.sum(held);
  for (const { name, allocated } of allocator.usage()) {
    findings.expect(
      allocated === total.scalar(name),
      `the allocator counts ${allocated} thousandths of ${name}, the master ${total.scalar(name)}`,
    );
  }
}

/** A text that does not depend on the order of arrival. */
function sorted(resources: Resources): string {
  return `${resources}`.split("; ").sort().join("; ");
}
