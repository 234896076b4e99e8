/**
 * Somebody wants the deploy on trial taken back. What runs besides it is not touched.
 */

import { given } from "../given.ts";
import type { RequestWithState } from "../model/request.ts";
import { knownRequest } from "../requests/known-request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

export interface DeployCancelled {
  readonly requestId: string;
  readonly deployId: string;
  readonly user?: string | undefined;
}

/** The rule honours it before the turn ends. */
export function deployCancelled(turn: Turn, cancelled: DeployCancelled): Outcome<RequestWithState> {
  const { requestId, deployId, user } = cancelled;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const deploys = turn.get("requestDeploys", requestId);
  if (deploys?.pending?.deployMarker.deployId !== deployId) {
    return refused(400, `Request ${requestId} does not have a pending deploy ${deployId}`);
  }
  turn.put("requestDeploys", requestId, {
    ...deploys,
    cancel: { at: Math.floor(turn.now), ...given({ user }) },
  });
  turn.dirty(requestId);
  return known;
}
