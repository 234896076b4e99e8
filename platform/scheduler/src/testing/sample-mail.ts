/**
 * Records of things to be mailed about, as the core would put them, for tests of mail.
 */

import type { EmailType, TaskState } from "../core/model/enums.ts";
import type { Request } from "../core/model/request.ts";
import type { TaskHistory, TaskId } from "../core/model/task.ts";
import type { MailRecord } from "../core/records.ts";

export const sampleRequest: Request = {
  id: "web",
  requestType: "SERVICE",
  owners: ["owner@example.com"],
  instances: 3,
};

export function sampleTaskId(instanceNo: number, requestId = "web", host = "agent1"): TaskId {
  const [deployId, startedAt, rackId] = ["d1", 1_000_000_000_000, "rack1"];
  const id = `${requestId}-${deployId}-${startedAt}-${instanceNo}-${host}-${rackId}`;
  return { requestId, deployId, startedAt, instanceNo, host, rackId, id };
}

export function sampleHistory(
  taskId: TaskId,
  states: readonly TaskState[],
  message?: string,
): TaskHistory {
  const { requestId, deployId, startedAt, instanceNo } = taskId;
  return {
    taskUpdates: states.map((taskState, index) => ({
      taskId,
      taskState,
      timestamp: startedAt + index * 1000,
      ...(index === states.length - 1 && message !== undefined && { statusMessage: message }),
    })),
    healthcheckResults: [],
    task: {
      taskRequest: {
        request: { ...sampleRequest, id: requestId },
        deploy: { requestId, id: deployId },
        pendingTask: {
          pendingTaskId: {
            ...{ requestId, deployId, instanceNo, nextRunAt: startedAt, createdAt: startedAt },
            pendingType: "NEW_DEPLOY",
            id: `${requestId}-${deployId}-${startedAt}-${instanceNo}-NEW_DEPLOY-${startedAt}`,
          },
        },
      },
      taskId,
      offers: [{ hostname: `${taskId.host}.example.com` }],
      mesosTask: {},
    },
    loadBalancerUpdates: [],
    shellCommandHistory: [],
    taskMetadata: [],
  };
}

export function sampleTaskMail(
  type: EmailType,
  taskId: TaskId,
  states: readonly TaskState[],
  more: Partial<MailRecord> = {},
): MailRecord {
  return {
    type,
    at: taskId.startedAt + 60_000,
    requestId: taskId.requestId,
    request: { ...sampleRequest, id: taskId.requestId },
    taskHistory: sampleHistory(taskId, states, "it ended"),
    ...more,
  };
}
