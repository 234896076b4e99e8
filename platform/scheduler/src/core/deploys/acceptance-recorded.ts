/**
 * Somebody else's acceptance check has come to a result about the step that a deploy stands at.
 */

import type { AcceptanceResult } from "../model/enums.ts";
import type { RequestWithState } from "../model/request.ts";
import { knownRequest } from "../requests/known-request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { putProgress } from "./advance-deploy.ts";

/** Messages that are kept, the newest last. */
const messagesMax = 50;

export interface AcceptanceRecorded {
  readonly requestId: string;
  readonly deployId: string;
  readonly name: string;
  readonly result: AcceptanceResult;
  readonly message?: string | undefined;
  readonly user?: string | undefined;
}

/** A later result of the same name replaces the earlier one, until the step is decided. */
export function acceptanceRecorded(
  turn: Turn,
  recorded: AcceptanceRecorded,
): Outcome<RequestWithState> {
  const { requestId, deployId, name, result, message, user } = recorded;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const deploys = turn.get("requestDeploys", requestId);
  const pending = deploys?.pending;
  if (deploys === undefined || pending?.deployMarker.deployId !== deployId) {
    return refused(400, `Request ${requestId} does not have a pending deploy ${deployId}`);
  }
  if (name === "")
    return refused(400, "name must say which acceptance check this is the result of");
  const { stepAcceptanceResults, acceptanceResultMessageHistory = [] } = pending.deployProgress;
  const by = user === undefined ? "" : ` (${user})`;
  const told = `${name}${by} ${result}${message === undefined ? "" : `: ${message}`}`;
  putProgress(
    turn,
    { deploys, pending },
    {
      stepAcceptanceResults: { ...stepAcceptanceResults, [name]: result },
      acceptanceResultMessageHistory: [...acceptanceResultMessageHistory, told].slice(-messagesMax),
    },
  );
  return known;
}
