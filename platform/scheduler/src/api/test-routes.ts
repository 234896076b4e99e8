/**
 * Calls that force what otherwise takes a fault or a long time. Refused with 403 unless an operator
 * allows them.
 */

import { CodedError } from "@tavola/base";
import { taskStates } from "../core/model/enums.ts";
import { oneOf, text } from "../core/model/shape.ts";
import { type Outcome, refused, type Turn } from "../core/turn.ts";
import { admin, type Call, one, type QueryTable, type Route, route } from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "context" | "decide">;
type Forced = (call: AnyCall) => Promise<Outcome<undefined>>;

const done: Outcome<undefined> = { value: undefined };

const notAllowed = refused(
  403,
  "Test resource calls are disabled (set isAllowTestResourceCalls to true in configuration)",
);

function decided(what: (turn: Turn) => void): Forced {
  return async ({ decide }) => {
    await decide(what);
    return done;
  };
}

const resigns = (why: string): Forced =>
  decided((turn) => turn.effect({ kind: "resign", reason: `a test asked ${why}` }));

const reconciles = decided((turn) => turn.effect({ kind: "reconcile", tasks: [] }));

const purges: Forced = async ({ context }) => {
  if (context.tests === undefined) return refused(400, "This scheduler has no history to purge");
  await context.tests.purgeHistory();
  return done;
};

const isSoAlready: Forced = async () => done;

const calls: Readonly<Record<string, readonly [summary: string, force: Forced]>> = {
  reconcile: ["Ask the master about all tasks", reconciles],
  "purge-history": ["Purge history now", purges],
  "purge-history/request": ["Purge history now", purges],
  "purge-history/deploy": ["Purge history now", purges],
  "persist-task-history": ["Write history: it is, as soon as the database takes it", isSoAlready],
  "persist-deploy-history": ["Write history: it is, as soon as the database takes it", isSoAlready],
  "persist-request-history": [
    "Write history: it is, as soon as the database takes it",
    isSoAlready,
  ],
  abort: ["End this scheduler", resigns("for an abort")],
  stop: ["End this scheduler", resigns("it to stop")],
  notleader: ["Lead no more", resigns("it not to lead")],
  "reconnect-mesos": [
    "Connect to the master anew, by letting another lead",
    resigns("it to reconnect"),
  ],
  leader: ["Lead: this scheduler does already", isSoAlready],
  start: ["Start: this scheduler has already", isSoAlready],
};

const forced: readonly Route[] = Object.entries(calls).map(([name, [summary, force]]) =>
  route({
    method: "POST",
    path: `/test/${name}`,
    summary,
    access: admin,
    handle: (call) => (call.context.allowTestResourceCalls ? force(call) : notAllowed),
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
      const { taskId, agentId } = task;
      turn.effect({ kind: "reconcile", tasks: [{ taskId: taskId.id, agentId }] });
      return done;
    });
  },
});

export const testRoutes: readonly Route[] = [...forced, exception, statusUpdate];
