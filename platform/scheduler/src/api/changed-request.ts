/**
 * Calls that change a request answer with the request as it is then.
 */

import type { RequestParent } from "../core/model/answers.ts";
import type { RequestWithState } from "../core/model/request.ts";
import { knownRequest } from "../core/requests/known-request.ts";
import type { Outcome, Turn } from "../core/turn.ts";
import { parentOf } from "./request-parents.ts";
import type { Call, QueryTable } from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "decide" | "parameter">;

/** Takes the turn and answers with the request as it is then. */
export async function changed(
  call: AnyCall,
  what: (turn: Turn) => Outcome<RequestWithState>,
): Promise<Outcome<RequestParent>> {
  const outcome = await call.decide(what);
  if (outcome.refusal !== undefined) return outcome;
  const known = call.state.records.request.get(outcome.value.request.id) ?? outcome.value;
  return { value: parentOf(call.state, known) };
}

/** The request that the path names, or 404. */
export function requestOfPath(call: AnyCall, turn?: Turn): Outcome<RequestWithState> {
  return knownRequest(turn ?? call, call.parameter("requestId"));
}
