/**
 * The rule that takes back what was asked for a while only, to the millisecond.
 *
 *     pause             unpaused, if it is still paused
 *     scale             the number there was before, with a bounce where one was asked for
 *     skipHealthchecks  as it was
 *     priority          as it was
 *     bounce            old tasks that still stand stay, and what was started for the bounce goes
 */

import { given } from "../given.ts";
import { putMail } from "../mail/put-mail.ts";
import type { RequestHistoryEvent } from "../model/enums.ts";
import type { Request, RequestWithState } from "../model/request.ts";
import type { ExpiringActions } from "../records.ts";
import type { Turn } from "../turn.ts";
import { withdrawBounce } from "./bounce-expired.ts";
import { durationWords } from "./duration-words.ts";
import { clearExpiring, type ExpiringKind } from "./expiring-record.ts";
import { instancesOf } from "./long-running.ts";
import { startBounce, whyNotBounced } from "./request-bounced.ts";
import { requestUnpaused } from "./request-unpaused.ts";
import { updateRequest } from "./update-request.ts";

const names: Readonly<Record<ExpiringKind, string>> = {
  pause: "Pause",
  scale: "Scale",
  skipHealthchecks: "Skip healthchecks",
  priority: "Priority",
  bounce: "Bounce",
};

export function revertExpired(turn: Turn, requestId: string): number | undefined {
  const actions = turn.get("expiring", requestId);
  if (actions === undefined) return undefined;
  let wakeAt: number | undefined;
  for (const kind of Object.keys(names) as ExpiringKind[]) {
    const dueAt = expiresAt(actions, kind);
    if (dueAt === undefined) continue;
    // A deploy decides whether it stays paused; then this is asked again.
    if (kind === "pause" && turn.get("request", requestId)?.state === "DEPLOYING_TO_UNPAUSE") {
      continue;
    }
    if (turn.now < dueAt) wakeAt = Math.min(wakeAt ?? dueAt, dueAt);
    else revert(turn, requestId, kind);
  }
  return wakeAt;
}

function expiresAt(actions: ExpiringActions, kind: ExpiringKind): number | undefined {
  const action = actions[kind];
  const durationMs = action?.expiringAPIRequestObject.durationMillis;
  return action === undefined || durationMs === undefined
    ? undefined
    : action.startMillis + durationMs;
}

function revert(turn: Turn, requestId: string, kind: ExpiringKind): void {
  const actions = turn.get("expiring", requestId);
  const known = turn.get("request", requestId);
  const action = actions?.[kind];
  clearExpiring(turn, requestId, kind);
  if (known === undefined || action === undefined) return;
  const { message: asked, durationMillis = 0 } = action.expiringAPIRequestObject;
  const expired = `${names[kind]} expired after ${durationWords(durationMillis)}`;
  const message = asked === undefined || asked === "" ? expired : `${expired} (${asked})`;
  const { user } = action;
  switch (kind) {
    case "pause":
      if (known.state === "PAUSED") requestUnpaused(turn, { requestId, user, body: { message } });
      return;
    case "bounce":
      withdrawBounce(turn, requestId, { actionId: action.actionId, message });
      return;
    case "scale":
      revertScale(turn, known, actions?.scale as NonNullable<ExpiringActions["scale"]>, message);
      return;
    case "priority": {
      const { taskPriorityLevel: _now, ...rest } = known.request;
      const before = given({ taskPriorityLevel: actions?.priority?.revertToPriority });
      update(turn, known, { ...rest, ...before }, { eventType: "UPDATED", user, message });
      return;
    }
    case "skipHealthchecks": {
      const { skipHealthchecks: _now, ...rest } = known.request;
      const before = given({
        skipHealthchecks: actions?.skipHealthchecks?.revertToSkipHealthchecks,
      });
      update(turn, known, { ...rest, ...before }, { eventType: "UPDATED", user, message });
    }
  }
}

interface Words {
  readonly eventType: RequestHistoryEvent;
  readonly user?: string | undefined;
  readonly message: string;
}

function update(
  turn: Turn,
  before: RequestWithState,
  request: Request,
  words: Words,
): RequestWithState {
  return updateRequest(turn, { before, request, ...words });
}

function revertScale(
  turn: Turn,
  known: RequestWithState,
  scale: NonNullable<ExpiringActions["scale"]>,
  message: string,
): void {
  const { instances: _now, ...rest } = known.request;
  const request = { ...rest, ...given({ instances: scale.revertToInstances }) };
  const { requestId, user } = scale;
  const changed = update(turn, known, request, { eventType: "SCALE_REVERTED", user, message });
  const details = {
    oldInstances: instancesOf(known.request),
    newInstances: instancesOf(request),
  };
  putMail(turn, {
    type: "REQUEST_SCALED",
    requestId,
    request,
    message,
    details,
    ...given({ user }),
  });
  const bounces = scale.bounce === true || request.bounceAfterScale === true;
  if (!bounces || whyNotBounced(turn, changed, true) !== undefined) return;
  startBounce(turn, changed, { requestId, user, body: { incremental: true, message } });
}
