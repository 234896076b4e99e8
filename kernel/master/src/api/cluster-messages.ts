/**
 * Tasks, agents, frameworks and offers as the messages of the operator API show them.
 *
 * One message per object of the master's state; which list it goes into is the caller's business.
 */

import type { master, Offer, Task as TaskMessage } from "@tavola/protocol";
import { isConnected } from "../core/framework-info.ts";
import { timeInfoOf } from "../core/master-status.ts";
import type { Agent, Framework, OfferRecord, Task } from "../core/state.ts";

export function agentMessage(agent: Agent): master.Response_GetAgents_Agent {
  const { reregisteredAt } = agent;
  return {
    agent_info: agent.info,
    active: agent.active,
    version: agent.version,
    pid: agent.pid,
    registered_time: timeInfoOf(agent.registeredAt),
    ...(reregisteredAt === undefined ? {} : { reregistered_time: timeInfoOf(reregisteredAt) }),
    ...unlessEmpty("total_resources", agent.totalResources.toEndpointForm()),
    ...unlessEmpty("allocated_resources", agent.usedResources.toEndpointForm()),
    ...unlessEmpty("offered_resources", agent.offeredResources.toEndpointForm()),
    ...unlessEmpty(
      "capabilities",
      Array.from(agent.capabilities, (type) => ({ type })),
    ),
    deactivated: agent.deactivated,
  };
}

export function taskMessage({ message }: Task): TaskMessage {
  const { statuses, resources, ...rest } = message;
  return {
    ...rest,
    ...unlessEmpty("resources", resources ?? []),
    ...unlessEmpty("statuses", statuses),
  };
}

/** Without its offers. */
export function frameworkMessage(framework: Framework): master.Response_GetFrameworks_Framework {
  const { unregisteredAt, offerConstraints } = framework;
  return {
    ...identityOf(framework),
    ...(unregisteredAt === undefined ? {} : { unregistered_time: timeInfoOf(unregisteredAt) }),
    ...unlessEmpty("allocated_resources", framework.usedResources.toEndpointForm()),
    ...unlessEmpty("offered_resources", framework.offeredResources.toEndpointForm()),
    offer_constraints: offerConstraints ?? {},
  };
}

/** Of FRAMEWORK_ADDED and FRAMEWORK_UPDATED: without what it holds; never unregistered is time 0. */
export function frameworkEventMessage(
  framework: Framework,
): master.Response_GetFrameworks_Framework {
  const { unregisteredAt } = framework;
  return {
    ...identityOf(framework),
    unregistered_time:
      unregisteredAt === undefined ? { nanoseconds: 0n } : timeInfoOf(unregisteredAt),
  };
}

function identityOf(framework: Framework): master.Response_GetFrameworks_Framework {
  return {
    framework_info: framework.info,
    active: framework.state === "active",
    connected: isConnected(framework),
    recovered: framework.state === "recovered",
    registered_time: timeInfoOf(framework.registeredAt),
    reregistered_time: timeInfoOf(framework.reregisteredAt),
  };
}

/** Whatever form of resources the framework was sent, operators see the one with `reservations`. */
export function offerMessage({ message, resources }: OfferRecord): Offer {
  return { ...message, resources: resources.toList() };
}

/** An empty list in a message would be written as `[]`, where Mesos writes nothing. */
export function unlessEmpty<Name extends string, T>(
  name: Name,
  list: readonly T[],
): { [N in Name]?: readonly T[] } {
  return list.length === 0 ? {} : ({ [name]: list } as { [N in Name]: readonly T[] });
}
