/**
 * Allocations become offers: one per agent and role, all of a framework's in one OFFERS event.
 */

import type { Allocation } from "@tavola/allocator";
import { type FrameworkId, later, offerIdOf } from "@tavola/base";
import type { Offer, Resource } from "@tavola/protocol";
import { offerTimerKey } from "./offer-records.ts";
import type { Agent, Framework, OfferRecord } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Asks the allocator. PERF: O(offers made). */
export function allocate(turn: Turn): void {
  const byFramework = new Map<FrameworkId, Allocation[]>();
  for (const allocation of turn.allocator.allocate(turn.now)) {
    const list = byFramework.get(allocation.frameworkId);
    if (list === undefined) byFramework.set(allocation.frameworkId, [allocation]);
    else list.push(allocation);
  }
  for (const [frameworkId, allocations] of byFramework) {
    const framework = turn.state.frameworks.get(frameworkId);
    offer(turn, framework, allocations);
  }
}

function offer(
  turn: Turn,
  framework: Framework | undefined,
  allocations: readonly Allocation[],
): void {
  const offers: Offer[] = [];
  for (const allocation of allocations) {
    const agent = turn.state.agents.get(allocation.agentId);
    if (framework?.state === "active" && agent?.active) {
      offers.push(makeOffer(turn, framework, agent, allocation));
    } else {
      turn.recover(allocation.frameworkId, allocation.agentId, allocation.resources);
    }
  }
  if (framework === undefined || offers.length === 0) return;
  framework.counters.increment("offers/sent", offers.length);
  turn.sendEvent(framework, { type: "OFFERS", offers: { offers } });
}

function makeOffer(
  turn: Turn,
  framework: Framework,
  agent: Agent,
  { role, resources }: Allocation,
): Offer {
  const { state } = turn;
  const id = offerIdOf(state.id, state.next.offer);
  state.next.offer += 1;
  const isMultiRole = framework.capabilities.has("MULTI_ROLE");
  const executorIds = [...(agent.executorsByFramework.get(framework.id)?.keys() ?? [])];
  const message: Offer = {
    id: { value: id },
    framework_id: { value: framework.id },
    agent_id: { value: agent.id },
    hostname: agent.info.hostname,
    url: urlOf(agent),
    resources: resourcesFor(framework, resources),
    ...(agent.info.attributes?.length && { attributes: agent.info.attributes }),
    ...(executorIds.length > 0 && { executor_ids: executorIds.map((value) => ({ value })) }),
    ...(isMultiRole && { allocation_info: { role } }),
    ...(agent.info.domain && { domain: agent.info.domain }),
  };
  const record: OfferRecord = {
    id,
    frameworkId: framework.id,
    agentId: agent.id,
    role,
    resources,
    message,
  };
  state.offers.set(id, record);
  framework.offers.add(record);
  framework.offeredResources = framework.offeredResources.plus(resources);
  agent.offers.add(record);
  agent.offeredResources = agent.offeredResources.plus(resources);
  const timeoutMs = state.config.offerTimeoutMs;
  if (timeoutMs !== undefined) {
    turn.wakeAt(offerTimerKey(record), later(turn.now, timeoutMs), {
      kind: "offerTimedOut",
      offerId: id,
    });
  }
  return message;
}

/** In the form that the framework's capabilities ask for. */
function resourcesFor(
  framework: Framework,
  resources: OfferRecord["resources"],
): readonly Resource[] {
  const shown = framework.capabilities.has("MULTI_ROLE") ? resources : resources.unallocated();
  const list = framework.capabilities.has("RESERVATION_REFINEMENT")
    ? shown.toList()
    : shown.toPreRefinement();
  return list.some(({ name }) => name === "ephemeral_ports")
    ? list.filter(({ name }) => name !== "ephemeral_ports")
    : list;
}

function urlOf(agent: Agent): NonNullable<Offer["url"]> {
  const { id, host, port } = agent.upid;
  return {
    scheme: "http",
    address: { hostname: agent.info.hostname, ip: host, port },
    path: `/${id}`,
  };
}
