/**
 * Calls that force what otherwise takes a fault or a long time. Refused with 403 unless an operator
 * allows them.
 */

import { CodedError, describeError } from "@tavola/base";
import { taskStates } from "../core/model/enums.ts";
import { oneOf, text } from "../core/model/shape.ts";
import { type Outcome, refused } from "../core/turn.ts";
import type { TestControls } from "./api-context.ts";
import { admin, type Call, one, type QueryTable, type Route, route } from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "context">;

async function force(
  { context }: AnyCall,
  what: (tests: TestControls) => Promise<void>,
): Promise<Outcome<undefined>> {
  const { tests } = context;
  if (!context.allowTestResourceCalls) return notAllowed;
  if (tests === undefined) return refused(400, "This scheduler has nothing to force here");
  try {
    await what(tests);
    return { value: undefined };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return refused(409, describeError(error));
  }
}

const notAllowed = refused(
  403,
  "Test resource calls are disabled (set isAllowTestResourceCalls to true in configuration)",
);

const calls: Readonly<
  Record<string, readonly [summary: string, what: (tests: TestControls) => Promise<void>]>
> = {
  reconcile: ["Ask the master about all tasks", (tests) => tests.reconcile()],
  "reconnect-mesos": ["Connect to the master anew", (tests) => tests.reconnect()],
  "purge-history": ["Purge history now", (tests) => tests.purgeHistory()],
  "purge-history/request": ["Purge history now", (tests) => tests.purgeHistory()],
  "purge-history/deploy": ["Purge history now", (tests) => tests.purgeHistory()],
  "persist-task-history": ["Write history now", (tests) => tests.persistHistory()],
  "persist-deploy-history": ["Write history now", (tests) => tests.persistHistory()],
  "persist-request-history": ["Write history now", (tests) => tests.persistHistory()],
  abort: ["End this scheduler", (tests) => tests.resign("a test asked for an abort")],
  stop: ["End this scheduler", (tests) => tests.resign("a test asked it to stop")],
  notleader: ["Lead no more", (tests) => tests.resign("a test asked it not to lead")],
  leader: ["Lead: this scheduler does already", async () => {}],
  start: ["Start: this scheduler has already", async () => {}],
};

const forced: readonly Route[] = Object.entries(calls).map(([name, [summary, what]]) =>
  route({
    method: "POST",
    path: `/test/${name}`,
    summary,
    access: admin,
    handle: (call) => force(call, what),
  }),
);

const exception = route({
  method: "POST",
  path: "/test/exception",
  summary: "Fail, to see what is answered and logged",
  access: admin,
  query: { message: one(text) },
  handle({ context, query }) {
    if (!context.allowTestResourceCalls) return notAllowed;
    throw new CodedError("TEST_EXCEPTION", query.message ?? "A test asked for this failure");
  },
});

/** Differs: an update that no agent sent would contradict what the master knows, so none is made up. */
const statusUpdate = route({
  method: "POST",
  path: "/test/scheduler/statusUpdate/{taskId}/{taskState}",
  summary: "Ask the master how a task is, instead of making an answer up",
  access: admin,
  handle(call) {
    if (!call.context.allowTestResourceCalls) return notAllowed;
    const state = oneOf(taskStates).parse(call.parameter("taskState"), "taskState");
    if (state.error !== undefined) return refused(400, state.error);
    return call.decide((turn): Outcome<undefined> => {
      const task = turn.get("task", call.parameter("taskId"));
      if (task === undefined) {
        return refused(404, `No active task with id ${call.parameter("taskId")}`);
      }
      turn.effect({
        kind: "reconcile",
        tasks: [{ taskId: task.taskId.id, agentId: task.agentId }],
      });
      return { value: undefined };
    });
  },
});

export const testRoutes: readonly Route[] = [...forced, exception, statusUpdate];
