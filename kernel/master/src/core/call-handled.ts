/**
 * A scheduler's call, after the request path has found its framework and its stream right: one rule
 * each.
 */

import type { FrameworkId } from "@tavola/base";
import type { scheduler } from "@tavola/protocol";
import type { Ticket } from "./effects.ts";
import { executorShutdownAsked } from "./executor-shutdown.ts";
import { removeFramework } from "./framework-removed.ts";
import { updateFramework } from "./framework-updated.ts";
import { messageToExecutor } from "./messages-passed.ts";
import { offersAccepted } from "./offers-accepted.ts";
import { offersDeclined } from "./offers-declined.ts";
import { offersRevived, offersSuppressed } from "./offers-suppressed.ts";
import { operationAcknowledged, operationsReconciled } from "./operations-reconciled.ts";
import type { Framework } from "./state.ts";
import { statusAcknowledged } from "./status-acknowledged.ts";
import { taskKilled } from "./task-killed.ts";
import { tasksReconciled } from "./tasks-reconciled.ts";
import type { Turn } from "./turn.ts";

/** The part of a call that its type names is there (`validateSchedulerCall`). */
export function callHandled(
  turn: Turn,
  frameworkId: FrameworkId,
  call: scheduler.Call,
  ticket: Ticket | undefined,
): void {
  const framework = turn.state.frameworks.get(frameworkId);
  if (framework === undefined) {
    turn.reply(ticket, { status: 400, message: "Framework cannot be found" });
    return;
  }
  framework.counters.increment("calls");
  framework.counters.increment(`calls/${(call.type ?? "UNKNOWN").toLowerCase()}`);
  if (call.update_framework !== undefined && call.type === "UPDATE_FRAMEWORK") {
    turn.reply(ticket, updateFramework(turn, framework, call.update_framework));
    return;
  }
  handlers[call.type ?? "UNKNOWN"](turn, framework, call);
  turn.reply(ticket, { status: 202 });
}

type Handler = (turn: Turn, framework: Framework, call: scheduler.Call) => void;

const nothing: Handler = () => {};

const handlers: Readonly<Record<scheduler.Call_Type, Handler>> = {
  // Answered before a call gets here.
  UNKNOWN: nothing,
  SUBSCRIBE: nothing,
  UPDATE_FRAMEWORK: nothing,
  TEARDOWN: (turn, framework) => removeFramework(turn, framework),
  ACCEPT: (turn, framework, { accept }) => accept && offersAccepted(turn, framework, accept),
  DECLINE: (turn, framework, { decline }) => decline && offersDeclined(turn, framework, decline),
  REVIVE: (turn, framework, { revive }) => offersRevived(turn, framework, revive?.roles ?? []),
  SUPPRESS: (turn, framework, { suppress }) =>
    offersSuppressed(turn, framework, suppress?.roles ?? []),
  KILL: (turn, framework, { kill }) => kill && taskKilled(turn, framework, kill),
  SHUTDOWN: (turn, framework, { shutdown }) =>
    shutdown && executorShutdownAsked(turn, framework, shutdown),
  ACKNOWLEDGE: (turn, framework, { acknowledge }) =>
    acknowledge && statusAcknowledged(turn, framework, acknowledge),
  RECONCILE: (turn, framework, { reconcile }) =>
    reconcile && tasksReconciled(turn, framework, reconcile),
  MESSAGE: (turn, framework, { message }) => message && messageToExecutor(turn, framework, message),
  ACKNOWLEDGE_OPERATION_STATUS: (turn) => operationAcknowledged(turn),
  RECONCILE_OPERATIONS: (turn, framework, { reconcile_operations: asked }) =>
    asked && operationsReconciled(turn, framework, asked),
  // The allocator looks at nobody's wishes, as Mesos's does not.
  REQUEST: (turn) => turn.count("master/messages_resource_request"),
  // No inverse offers are made yet, so none can be meant.
  ACCEPT_INVERSE_OFFERS: nothing,
  DECLINE_INVERSE_OFFERS: nothing,
};
