/**
 * A small cluster as the API's tests find it: a service with two tasks, jobs that run, wait and idle,
 * agents, a rack, a group, a webhook, and some history.
 */

import { instant } from "@tavola/base";
import { createTaskId } from "../../core/model/task-id.ts";
import { fileRecord } from "../../core/state.ts";
import { planTask } from "../../core/tasks/plan-task.ts";
import { ApiFixture, type ApiFixtureOptions } from "./api-fixture.ts";

const epoch = instant(1_767_225_600_000);

/** The id of the service's task. */
export function taskOf(instanceNo: number): string {
  const place = { requestId: "web", deployId: "d1", instanceNo, startedAt: epoch, rackId: "r1" };
  return createTaskId({ ...place, host: `host${instanceNo}` }).id;
}

/** An on-demand job of which a run is under way, waits, or that is at rest. */
export function jobOf(name: "job" | "waiting" | "idle"): string {
  return `on-demand-${name}`;
}

export async function prepareCluster(options: ApiFixtureOptions = {}): Promise<ApiFixture> {
  const config = { shellCommands: [{ name: "jstack" }], ...options.config };
  const api = new ApiFixture({ ...options, config });
  const { core } = api;
  core.addService({ id: "web", instances: 2, owners: ["owner@example.com"] });
  for (const instanceNo of [1, 2]) {
    core.addTask("web", instanceNo, { directory: `/sandbox/${instanceNo}` });
    addAgent(api, `host${instanceNo}`);
  }
  for (const name of ["job", "waiting", "idle"] as const) {
    core.addService({ id: jobOf(name), requestType: "ON_DEMAND" });
  }
  const pendingTaskId = core.addTask(jobOf("job"), 1).pendingTask.pendingTaskId;
  const running = core.tasksOf(jobOf("job"))[0];
  if (running !== undefined) {
    const pendingTask = { pendingTaskId, runId: "run-1" };
    fileRecord(core.state, "task", running.taskId.id, { ...running, pendingTask });
  }
  core.turn((turn) =>
    planTask(turn, {
      requestId: jobOf("waiting"),
      deployId: "d1",
      instanceNo: 1,
      pendingType: "ONEOFF",
      nextRunAt: core.now + 3_600_000,
    }),
  );
  fileRecord(core.state, "rack", "r1", {
    ...machine("r1"),
    history: [machine("r1").currentState],
  });
  fileRecord(core.state, "group", "team", { id: "team", requestIds: ["web"], metadata: {} });
  for (const type of ["TASK", "DEPLOY", "REQUEST"] as const) {
    const id = `${type}-http%3A%2F%2Fhook`;
    fileRecord(core.state, "webhook", id, { uri: "http://hook", type, id, timestamp: 1 });
  }
  return api;
}

function machine(id: string) {
  const currentState = { objectId: id, state: "ACTIVE", timestamp: epoch } as const;
  return { id, firstSeenAt: epoch, currentState };
}

function addAgent({ core: { state } }: ApiFixture, host: string): void {
  const id = `agent-${host}`;
  const { currentState, ...rest } = machine(id);
  fileRecord(state, "agent", id, {
    ...rest,
    currentState,
    host,
    rackId: "r1",
    attributes: {},
    history: [currentState],
  });
}
