/**
 * Somebody wants another number of instances, for good or for a while.
 *
 * What is missing is planned, what is too many ends at once (the highest numbers). With a bounce, the
 * instances that stay are replaced as well, incrementally unless asked otherwise.
 */

import { given } from "../given.ts";
import { putMail } from "../mail/put-mail.ts";
import type { ScaleRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { expireWhenAsked } from "./expiring-record.ts";
import { knownRequest } from "./known-request.ts";
import { instancesOf } from "./long-running.ts";
import { planMissing } from "./plan-missing.ts";
import { startBounce, whyNotBounced } from "./request-bounced.ts";
import { changeRefusal } from "./request-posted.ts";
import { scaleRefusal } from "./scale-guards.ts";
import { updateRequest } from "./update-request.ts";

export interface RequestScaled {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body: ScaleRequest;
  readonly largeScaleDownAcknowledged?: boolean | undefined;
}

export function requestScaled(turn: Turn, scaled: RequestScaled): Outcome<RequestWithState> {
  const { requestId, user, body, largeScaleDownAcknowledged } = scaled;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const before = known.value;
  const { instances: _old, ...rest } = before.request;
  const request = { ...rest, ...given({ instances: body.instances }) };
  const [from, to] = [instancesOf(before.request), instancesOf(request)];
  if (from === to) {
    return refused(400, `Scale request has no affect on the # of instances (${to})`);
  }
  const bounces = body.bounce ?? request.bounceAfterScale ?? false;
  const isIncremental = body.incremental ?? true;
  const refusal =
    changeRefusal(turn, requestId) ??
    scaleRefusal(turn, { request, from, largeScaleDownAcknowledged }) ??
    (bounces ? whyNotBounced(turn, { ...before, request }, isIncremental) : undefined);
  if (refusal !== undefined) return { refusal };
  const message = scaleMessage(body.message, from, to);
  const changed = updateRequest(turn, { before, request, eventType: "SCALED", user, message });
  const { bounce } = body;
  const { instances: revertToInstances } = before.request;
  expireWhenAsked(turn, "scale", scaled, given({ revertToInstances, bounce }));
  if (body.skipEmailNotification !== true) {
    const { durationMillis } = body;
    const details = { oldInstances: from, newInstances: to, ...given({ durationMillis }) };
    putMail(turn, {
      type: "REQUEST_SCALED",
      requestId,
      request,
      message,
      details,
      ...given({ user }),
    });
  }
  const { skipHealthchecks, actionId } = body;
  if (bounces) {
    return {
      value: startBounce(turn, changed, {
        requestId,
        user,
        body: {
          incremental: isIncremental,
          message: "Bouncing due to bounce after scale",
          ...given({ skipHealthchecks }),
        },
      }),
    };
  }
  if (changed.state !== "PAUSED" && changed.state !== "DEPLOYING_TO_UNPAUSE") {
    planMissing(turn, requestId, {
      pendingType: "UPDATED_REQUEST",
      ...given({ user, message, skipHealthchecks, actionId }),
    });
  }
  return { value: changed };
}

function scaleMessage(message: string | undefined, from: number, to: number): string {
  const what = `Scaling from ${from} -> ${to}`;
  return message === undefined || message === "" ? what : `${message} -- ${what}`;
}
