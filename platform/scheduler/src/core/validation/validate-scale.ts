/**
 * Whether a request may have another number of instances.
 *
 * Owns the guard against scaling far down by mistake: more than ten at once, or below half of more than
 * ten, must be acknowledged.
 */

import type { ScaleRequest } from "../model/actions.ts";
import type { Request } from "../model/request.ts";
import { instancesOf } from "../requests/long-running.ts";
import { type Outcome, refused } from "../turn.ts";
import { type AgentsContext, agentsForScale } from "./agents-needed.ts";
import { durationSentence } from "./durations.ts";
import { when } from "./rules.ts";
import { maxScaleSentence } from "./validate-request.ts";

export interface ScaleContext extends AgentsContext {
  readonly isLargeScaleDownAcknowledged: boolean;
}

/** The request as it would be; refused with 400. */
export function validateScale(
  scale: ScaleRequest,
  request: Request,
  context: ScaleContext,
): Outcome<Request> {
  const { instances: _, ...rest } = request;
  const scaled = scale.instances === undefined ? rest : { ...rest, instances: scale.instances };
  const most = context.config.maxInstancesPerRequest;
  const sentence =
    when((scale.instances ?? 1) <= 0, "Instances must be greater than 0") ??
    when(
      instancesOf(scaled) > most,
      `Instances (${instancesOf(scaled)}) be greater than ${most} (maxInstancesPerRequest in mesos configuration)`,
    ) ??
    when(
      request.requestType === "SCHEDULED" && instancesOf(scaled) !== 1,
      "Scheduler requests can not be ran on more than one instance",
    ) ??
    scaleSentence(scaled, instancesOf(request), 0, context) ??
    when(
      instancesOf(scaled) === instancesOf(request),
      `Scale request has no affect on the # of instances (${instancesOf(scaled)})`,
    ) ??
    durationSentence(scale.durationMillis);
  return sentence === undefined ? { value: scaled } : refused(400, sentence);
}

/**
 * Also for what changes the number of instances otherwise: an update (`previous` is the old request's),
 * a deploy (the tasks that run now).
 */
export function scaleSentence(
  request: Request,
  previous: number | undefined,
  tasksBeside: number,
  context: ScaleContext,
): string | undefined {
  return (
    agentsForScale(request, tasksBeside, context) ??
    maxScaleSentence(request) ??
    largeScaleDownSentence(request, previous, context)
  );
}

function largeScaleDownSentence(
  request: Request,
  previous: number | undefined,
  { config, isLargeScaleDownAcknowledged }: ScaleContext,
): string | undefined {
  if (previous === undefined || isLargeScaleDownAcknowledged) return undefined;
  if (request.requestType === "ON_DEMAND") return undefined;
  const most = config.maxScaleDownWithoutAcknowledgement;
  const acknowledge =
    "without explicit acknowledgement (set the largeScaleDownAcknowledged field in the request)";
  return (
    when(
      previous - instancesOf(request) > most,
      `Cannot scale down by more than ${most} instances at a time ${acknowledge}`,
    ) ??
    when(
      previous > most && instancesOf(request) < Math.floor(previous / 2),
      `Cannot scale down by more than half of current instances ${acknowledge}`,
    )
  );
}
