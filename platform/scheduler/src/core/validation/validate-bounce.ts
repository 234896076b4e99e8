/**
 * Whether a request may be bounced; a bounce is given an end and an id.
 */

import { type Random, randomUuid } from "@tavola/base";
import type { BounceRequest } from "../model/actions.ts";
import type { Request } from "../model/request.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { type Outcome, refused } from "../turn.ts";
import { type AgentsContext, agentsForBounce } from "./agents-needed.ts";
import { durationSentence } from "./durations.ts";
import { when } from "./rules.ts";
import { shellCommandSentence } from "./shell-command-rules.ts";

export interface BounceContext extends AgentsContext {
  readonly random: Random;
}

export type ValidBounce = BounceRequest & {
  readonly durationMillis: number;
  readonly actionId: string;
};

/** Refused with 400. */
export function validateBounce(
  bounce: BounceRequest,
  request: Request,
  context: BounceContext,
): Outcome<ValidBounce> {
  const sentence =
    when(
      !isLongRunning(request),
      `Can not bounce a ${request.requestType} request (${request.id})`,
    ) ??
    agentsForBounce(request, bounce.incremental ?? false, context) ??
    durationSentence(bounce.durationMillis) ??
    shellCommandSentence(bounce.runShellCommandBeforeKill, context.config);
  if (sentence !== undefined) return refused(400, sentence);
  return {
    value: {
      ...bounce,
      durationMillis: bounce.durationMillis ?? context.config.defaultBounceExpirationMs,
      actionId: bounce.actionId ?? randomUuid(context.random),
    },
  };
}
