/**
 * What is done to a request as a whole: bounced, scaled, paused, for good or for a while.
 */

import {
  bounceRequestShape,
  exitCooldownRequestShape,
  pauseRequestShape,
  priorityRequestShape,
  scaleRequestShape,
  skipHealthchecksRequestShape,
  unpauseRequestShape,
} from "../core/model/actions-shape.ts";
import type { RequestParent } from "../core/model/answers.ts";
import { requestParentShape } from "../core/model/answers-shape.ts";
import type { RequestWithState } from "../core/model/request.ts";
import { truth } from "../core/model/shape.ts";
import { isActionDisabled } from "../core/operations/disabled-actions.ts";
import { cooldownExited } from "../core/requests/cooldown-exited.ts";
import { expiringMadePermanent } from "../core/requests/expiring-record.ts";
import { healthchecksSkipped } from "../core/requests/healthchecks-skipped.ts";
import { priorityChanged } from "../core/requests/priority-changed.ts";
import { requestBounced } from "../core/requests/request-bounced.ts";
import { requestPaused } from "../core/requests/request-paused.ts";
import { requestScaled } from "../core/requests/request-scaled.ts";
import { requestUnpaused } from "../core/requests/request-unpaused.ts";
import { type Outcome, refused, type Turn } from "../core/turn.ts";
import { agentsContextOf } from "../core/validation/agents-context.ts";
import { validatePause, validateSkipHealthchecks } from "../core/validation/validate-action.ts";
import { validateBounce } from "../core/validation/validate-bounce.ts";
import { validatePriority } from "../core/validation/validate-priority.ts";
import { validateScale } from "../core/validation/validate-scale.ts";
import { changed, requestOfPath } from "./changed-request.ts";
import { freezeRefusal } from "./request-context.ts";
import {
  admin,
  alias,
  body,
  type Call,
  mayWrite,
  one,
  optionalBody,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";

const bounce = route({
  method: "POST",
  path: "/requests/request/{requestId}/bounce",
  summary: "Replace all tasks: old ones go when new ones are healthy",
  access: mayWrite("BOUNCE"),
  forbiddenBy: "BOUNCE_REQUEST",
  body: optionalBody(bounceRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const found = requestOfPath(call, turn);
      if (found.refusal !== undefined) return found;
      const { request } = found.value;
      const context = { ...agentsContextOf(turn), random: turn.random };
      const valid = validateBounce(call.body, request, context);
      if (valid.refusal !== undefined) return valid;
      const frozen = freezeRefusal(turn, request);
      if (frozen !== undefined) return frozen;
      const asked = { requestId: request.id, user: call.actor, body: valid.value };
      return requestBounced(turn, asked);
    }),
});

const scale = route({
  method: "PUT",
  path: "/requests/request/{requestId}/scale",
  summary: "Change the number of instances, for good or for a while",
  access: mayWrite("SCALE"),
  forbiddenBy: "SCALE_REQUEST",
  query: { largeScaleDownAcknowledged: one(truth) },
  body: body(scaleRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const found = requestOfPath(call, turn);
      if (found.refusal !== undefined) return found;
      const { request } = found.value;
      const largeScaleDownAcknowledged = call.query.largeScaleDownAcknowledged ?? false;
      const valid = validateScale(call.body, request, {
        ...agentsContextOf(turn),
        isLargeScaleDownAcknowledged: largeScaleDownAcknowledged,
      });
      if (valid.refusal !== undefined) return valid;
      const { body: wish, actor: user } = call;
      if (wish.bounce ?? request.bounceAfterScale ?? false) {
        const disabled = isActionDisabled(turn.state, "BOUNCE_REQUEST");
        if (disabled !== undefined) return refused(409, disabled);
      }
      return requestScaled(turn, {
        requestId: request.id,
        user,
        body: wish,
        largeScaleDownAcknowledged,
      });
    }),
});

const pause = route({
  method: "POST",
  path: "/requests/request/{requestId}/pause",
  summary: "Start nothing any more, and end what runs",
  access: mayWrite("PAUSE"),
  forbiddenBy: "PAUSE_REQUEST",
  body: optionalBody(pauseRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    decided(call, requestPaused, (asked, turn) => validatePause(asked, turn.config)),
});

const unpause = route({
  method: "POST",
  path: "/requests/request/{requestId}/unpause",
  summary: "Go on with a paused request",
  access: mayWrite("PAUSE"),
  body: optionalBody(unpauseRequestShape),
  answer: requestParentShape,
  handle: (call) => decided(call, requestUnpaused),
});

const exitCooldown = route({
  method: "POST",
  path: "/requests/request/{requestId}/exit-cooldown",
  summary: "Go on at once with a request that cools down",
  access: mayWrite(),
  body: optionalBody(exitCooldownRequestShape),
  answer: requestParentShape,
  handle: (call) => decided(call, cooldownExited),
});

const skipHealthchecks = route({
  method: "PUT",
  path: "/requests/request/{requestId}/skip-healthchecks",
  summary: "Take tasks for healthy without asking them, for good or for a while",
  access: mayWrite(),
  forbiddenBy: "UPDATE_REQUEST",
  body: body(skipHealthchecksRequestShape),
  answer: requestParentShape,
  handle: (call) => decided(call, healthchecksSkipped, validateSkipHealthchecks),
});

const priority = route({
  method: "PUT",
  path: "/requests/request/{requestId}/priority",
  summary: "Change a request's priority, for good or for a while",
  access: admin,
  forbiddenBy: "PRIORITY_REQUEST",
  body: body(priorityRequestShape),
  answer: requestParentShape,
  handle: (call) => decided(call, priorityChanged, validatePriority),
});

interface Asked<B> {
  readonly requestId: string;
  readonly user: string | undefined;
  readonly body: B;
}

/** Decides on the request that the path names, once the body passes. */
function decided<B, Q extends QueryTable>(
  call: Call<B, Q>,
  decide: (turn: Turn, asked: Asked<B>) => Outcome<RequestWithState>,
  validate: (body: B, turn: Turn) => Outcome<B> = (value) => ({ value }),
): Promise<Outcome<RequestParent>> {
  return changed(call, (turn) => {
    const valid = validate(call.body, turn);
    if (valid.refusal !== undefined) return valid;
    const requestId = call.parameter("requestId");
    return decide(turn, { requestId, user: call.actor, body: valid.value });
  });
}

const expiringKinds = {
  bounce: ["bounce"],
  pause: ["pause"],
  scale: ["scale"],
  skipHealthchecks: ["skip-healthchecks", "skipHealthchecks"],
  priority: ["priority"],
} as const;

const makePermanent: readonly Route[] = Object.entries(expiringKinds).flatMap(([kind, names]) =>
  names.map((name) =>
    route({
      method: "DELETE",
      path: `/requests/request/{requestId}/${name}`,
      summary: `Let a ${kind} that would revert by itself stay as it is`,
      access: kind === "priority" ? admin : mayWrite(),
      answer: requestParentShape,
      handle: (call) =>
        changed(call, (turn) => {
          const requestId = call.parameter("requestId");
          return expiringMadePermanent(turn, {
            requestId,
            kind: kind as keyof typeof expiringKinds,
          });
        }),
    }),
  ),
);

export const requestActionRoutes: readonly Route[] = [
  ...[bounce, scale, pause, unpause, exitCooldown, skipHealthchecks],
  alias(skipHealthchecks, { path: "/requests/request/{requestId}/skipHealthchecks" }),
  priority,
  ...makePermanent,
];
