/**
 * What happened in the master, as an event of the operator API.
 */

import type { master } from "@tavola/protocol";
import type { OperatorEvent } from "../core/effects.ts";
import { agentMessage, frameworkEventMessage, taskMessage } from "./cluster-messages.ts";

export function operatorEventMessage(event: OperatorEvent): master.Event {
  const { type } = event;
  switch (type) {
    case "TASK_ADDED":
      return { type, task_added: { task: taskMessage(event.task) } };
    case "TASK_UPDATED": {
      const framework_id = { value: event.frameworkId };
      return { type, task_updated: { framework_id, status: event.status, state: event.state } };
    }
    case "AGENT_ADDED":
      return { type, agent_added: { agent: agentMessage(event.agent) } };
    case "AGENT_REMOVED":
      return { type, agent_removed: { agent_id: { value: event.agentId } } };
    case "FRAMEWORK_ADDED":
      return { type, framework_added: { framework: frameworkEventMessage(event.framework) } };
    case "FRAMEWORK_UPDATED":
      return { type, framework_updated: { framework: frameworkEventMessage(event.framework) } };
    case "FRAMEWORK_REMOVED":
      return { type, framework_removed: { framework_info: event.info } };
  }
}
