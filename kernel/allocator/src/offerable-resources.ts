/**
 * What of an agent's free resources may be offered to a framework in a role: the gates that need no
 * history. (Refusals, which do, are in `refusal-filters.ts`.)
 */
import type { Quantities } from "@tavola/resources";
import { containsQuantities, Resources } from "@tavola/resources";
import type { AgentAccount } from "./agent-account.ts";
import type { FrameworkProfile } from "./allocator.ts";

/** The part to be offered, without allocation; empty when there is nothing to offer. */
export function offerableResources(
  agent: AgentAccount,
  framework: FrameworkProfile,
  role: string,
  minAllocatable: readonly Quantities[],
): Resources {
  if (!isAgentFitFor(agent, framework, role)) return Resources.empty;
  const resources = understoodBy(framework, agent.free.allocatableTo(role));
  const alternatives = framework.minAllocatable?.get(role) ?? minAllocatable;
  return isWorthOffering(resources, alternatives) ? resources : Resources.empty;
}

/** Whether the framework can deal with offers from such an agent at all. */
function isAgentFitFor(agent: AgentAccount, framework: FrameworkProfile, role: string): boolean {
  const { capabilities } = framework;
  if (agent.hasGpus && !capabilities.has("GPU_RESOURCES")) return false;
  if (capabilities.has("MULTI_ROLE") && !agent.capabilities.has("MULTI_ROLE")) return false;
  return !role.includes("/") || agent.capabilities.has("HIERARCHICAL_ROLE");
}

/** Without what the framework has not said it understands. */
function understoodBy({ capabilities }: FrameworkProfile, resources: Resources): Resources {
  let rest = resources;
  if (!capabilities.has("REVOCABLE_RESOURCES")) rest = rest.nonRevocable();
  if (!capabilities.has("SHARED_RESOURCES")) rest = rest.nonShared();
  if (!capabilities.has("RESERVATION_REFINEMENT")) rest = rest.withoutRefinedReservations();
  return rest;
}

/** Whether one of the alternatives is met; with none given, whether there is anything. */
function isWorthOffering(resources: Resources, alternatives: readonly Quantities[]): boolean {
  if (resources.isEmpty) return false;
  if (alternatives.length === 0) return true;
  return alternatives.some((quantities) => containsQuantities(resources, quantities));
}
