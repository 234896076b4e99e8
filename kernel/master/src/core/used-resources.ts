/**
 * The running sums of what is used: of an agent, of a framework, of it on each agent, and who shows up
 * under which role. Every task and executor that comes or goes passes here.
 */

import type { AgentId, FrameworkId } from "@tavola/base";
import { Resources } from "@tavola/resources";
import type { Agent, Framework, MasterState } from "./state.ts";

export function addUsedOnAgent(agent: Agent, frameworkId: FrameworkId, resources: Resources): void {
  addTo(agent.usedByFramework, frameworkId, resources);
  agent.usedResources = agent.usedResources.plus(resources);
}

export function subtractUsedOnAgent(
  agent: Agent,
  frameworkId: FrameworkId,
  resources: Resources,
): void {
  subtractFrom(agent.usedByFramework, frameworkId, resources);
  agent.usedResources = agent.usedResources.minus(resources);
}

export function addUsedByFramework(
  state: MasterState,
  framework: Framework,
  agentId: AgentId,
  resources: Resources,
): void {
  framework.usedResources = framework.usedResources.plus(resources);
  addTo(framework.usedByAgent, agentId, resources);
  for (const role of resources.allocationRoles()) trackRole(state, framework, role);
}

export function subtractUsedByFramework(
  state: MasterState,
  framework: Framework,
  agentId: AgentId,
  resources: Resources,
): void {
  framework.usedResources = framework.usedResources.minus(resources);
  subtractFrom(framework.usedByAgent, agentId, resources);
  for (const role of resources.allocationRoles()) untrackIdleRole(state, framework, role);
}

/** `framework` is listed under `role` from now on. Idempotent. */
export function trackRole(state: MasterState, framework: Framework, role: string): void {
  let members = state.roles.get(role);
  if (members === undefined) {
    members = { name: role, frameworks: new Set() };
    state.roles.set(role, members);
  }
  members.frameworks.add(framework.id);
}

/** Unlists it unless it is subscribed to the role or still uses something of it. */
export function untrackIdleRole(state: MasterState, framework: Framework, role: string): void {
  if (framework.roles.has(role)) return;
  if (framework.usedResources.allocationRoles().includes(role)) return;
  untrackRole(state, framework, role);
}

export function untrackRole(state: MasterState, framework: Framework, role: string): void {
  const members = state.roles.get(role);
  if (members === undefined) return;
  members.frameworks.delete(framework.id);
  if (members.frameworks.size === 0) state.roles.delete(role);
}

function addTo<K>(sums: Map<K, Resources>, key: K, resources: Resources): void {
  sums.set(key, (sums.get(key) ?? Resources.empty).plus(resources));
}

function subtractFrom<K>(sums: Map<K, Resources>, key: K, resources: Resources): void {
  const left = (sums.get(key) ?? Resources.empty).minus(resources);
  if (left.isEmpty) sums.delete(key);
  else sums.set(key, left);
}
