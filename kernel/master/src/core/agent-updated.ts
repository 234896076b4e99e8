/**
 * UpdateSlaveMessage: the agent tells of its oversubscribed resources and its resource version.
 *
 * Operations and resource providers in it are not looked at yet.
 */

import type { AgentId } from "@tavola/base";
import { asId } from "@tavola/base";
import type { internal } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { rescindOffer } from "./offer-records.ts";
import type { Turn } from "./turn.ts";

export function agentUpdated(turn: Turn, from: string, message: internal.UpdateSlaveMessage): void {
  turn.count("master/messages_update_slave");
  const agent = turn.state.agents.get(asId<AgentId>(message.slave_id.value));
  if (agent === undefined || agent.pid !== from) return;
  if (message.resource_version_uuid !== undefined) {
    agent.resourceVersionUuid = message.resource_version_uuid.value;
  }
  if (message.update_oversubscribed_resources === false) return;
  const revocable = Resources.of(message.oversubscribed_resources ?? []).revocable();
  const total = agent.totalResources.nonRevocable().plus(revocable);
  if (total.equals(agent.totalResources)) return;
  agent.totalResources = total;
  for (const offer of [...agent.offers]) {
    if (!offer.resources.revocable().isEmpty) rescindOffer(turn, offer);
  }
  turn.allocator.agentUpdated(agent.id, total);
  turn.allocateSoon();
}
