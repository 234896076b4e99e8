/**
 * What matters to the scheduler of what the master says about a task.
 */

import type { TaskStatus } from "@tavola/protocol";
import type { TaskReport } from "../core/tasks/status-updated.ts";
import { clipText } from "./clip-text.ts";

export function taskReportOf(status: TaskStatus): TaskReport {
  const { task_id, state, message, reason, timestamp, agent_id, container_status } = status;
  // An address of its own counts only in a network with a name: behind a bridge it is reached by the
  // host's name and the ports that are mapped.
  const network = container_status?.network_infos?.find(({ name }) => name !== undefined);
  const address = network?.ip_addresses?.[0]?.ip_address;
  const containerId = container_status?.container_id?.value;
  return {
    taskId: task_id.value,
    state,
    timestamp: (timestamp ?? 0) * 1000,
    ...(message === undefined ? {} : { message: clipText(message) }),
    ...(reason === undefined ? {} : { reason }),
    ...(agent_id === undefined ? {} : { agentId: agent_id.value }),
    ...(containerId === undefined ? {} : { containerId }),
    ...(address === undefined ? {} : { address }),
  };
}
