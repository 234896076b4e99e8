/** Tasks, events and deploys as they end, for tests. */

import type { DeployHistory } from "../../core/model/deploy-progress.ts";
import type { RequestHistoryEvent, TaskState } from "../../core/model/enums.ts";
import type { RequestHistory } from "../../core/model/request.ts";
import type { TaskHistory } from "../../core/model/task.ts";

export interface TaskSample {
  readonly requestId?: string;
  readonly deployId?: string;
  readonly instanceNo?: number;
  readonly host?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly state?: TaskState;
  readonly runId?: string;
  readonly arguments?: readonly string[];
  readonly message?: string;
}

export function taskSample(sample: TaskSample = {}): TaskHistory {
  const { requestId = "service", deployId = "d1", instanceNo = 1, host = "host_1" } = sample;
  const { startedAt = 1000, endedAt = 2000, state = "TASK_FINISHED" } = sample;
  const rackId = "DEFAULT";
  const id = `${requestId}-${deployId}-${startedAt}-${instanceNo}-${host}-${rackId}`;
  const taskId = { requestId, deployId, startedAt, instanceNo, host, rackId, id };
  const message = sample.message === undefined ? {} : { statusMessage: sample.message };
  const started = { taskId, timestamp: startedAt, taskState: "TASK_LAUNCHED" } as const;
  return {
    task: {
      taskId,
      taskRequest: {
        request: { id: requestId, requestType: "ON_DEMAND" },
        deploy: { id: deployId, requestId },
        pendingTask: {
          pendingTaskId: {
            requestId,
            deployId,
            nextRunAt: startedAt,
            instanceNo,
            pendingType: "ONEOFF",
            createdAt: startedAt,
            id: `${requestId}-${deployId}-${startedAt}-${instanceNo}-ONEOFF-${startedAt}`,
          },
          ...(sample.runId === undefined ? {} : { runId: sample.runId }),
          ...(sample.arguments === undefined ? {} : { cmdLineArgsList: sample.arguments }),
        },
      },
      offers: [],
      mesosTask: {},
    },
    taskUpdates: [started, { taskId, timestamp: endedAt, taskState: state, ...message }],
    healthcheckResults: [],
    loadBalancerUpdates: [],
    shellCommandHistory: [],
    taskMetadata: [],
  };
}

export function eventSample(
  requestId: string,
  createdAt: number,
  eventType: RequestHistoryEvent = "UPDATED",
): RequestHistory {
  return { createdAt, eventType, request: { id: requestId, requestType: "SERVICE" }, user: "ann" };
}

export function deploySample(
  requestId: string,
  deployId: string,
  timestamp: number,
  command = "sleep 1",
): DeployHistory {
  return {
    deployMarker: { requestId, deployId, timestamp },
    deployResult: { deployState: "SUCCEEDED", deployFailures: [], timestamp: timestamp + 1 },
    deploy: { id: deployId, requestId, command },
  };
}
