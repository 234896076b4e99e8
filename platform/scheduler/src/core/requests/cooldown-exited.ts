/**
 * Somebody takes a request out of cooldown: what was held back starts now, and what failed so far
 * counts no more.
 */

import { given } from "../given.ts";
import type { ExitCooldownRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import { planTask } from "../tasks/plan-task.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { endFastFailureLoop } from "./crash-loop-record.ts";
import { knownRequest } from "./known-request.ts";
import { isLongRunning } from "./long-running.ts";
import { requestChanged } from "./request-changed.ts";

export interface CooldownExited {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body?: ExitCooldownRequest | undefined;
}

export function cooldownExited(turn: Turn, exited: CooldownExited): Outcome<RequestWithState> {
  const { requestId, user, body = {} } = exited;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const { request, state } = known.value;
  if (state !== "SYSTEM_COOLDOWN") {
    return refused(409, `Request ${requestId} is not in SYSTEM_COOLDOWN state, it is in ${state}`);
  }
  endFastFailureLoop(turn, requestId);
  const { message } = body;
  const value = requestChanged(turn, {
    request,
    state: "ACTIVE",
    eventType: "EXITED_COOLDOWN",
    user,
    message,
  });
  if (isLongRunning(request)) startHeldBack(turn, exited);
  return { value };
}

function startHeldBack(turn: Turn, { requestId, user, body = {} }: CooldownExited): void {
  const { message, actionId, skipHealthchecks } = body;
  for (const pending of [...(turn.state.pendingOf.get(requestId)?.values() ?? [])]) {
    const { nextRunAt, deployId, instanceNo, id } = pending.pendingTaskId;
    if (nextRunAt <= turn.now) continue;
    turn.remove("pendingTask", id);
    planTask(turn, {
      ...withoutId(pending),
      requestId,
      deployId,
      instanceNo,
      pendingType: "IMMEDIATE",
      ...given({ user, message, actionId, skipHealthchecks }),
    });
  }
}

function withoutId({
  pendingTaskId: _id,
  ...rest
}: PendingTask): Omit<PendingTask, "pendingTaskId"> {
  return rest;
}
