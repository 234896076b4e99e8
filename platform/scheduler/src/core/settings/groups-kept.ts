/**
 * Groups of requests: a name for several of them, and notes about them.
 */

import type { RequestGroup } from "../model/request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { validateGroup } from "../validation/validate-action.ts";

/** Made, or replaced. Refused with 400. */
export function groupKept(turn: Turn, group: RequestGroup): Outcome<RequestGroup> {
  const valid = validateGroup(group, turn.config);
  if (valid.refusal !== undefined) return valid;
  turn.put("group", group.id, group);
  return valid;
}

export function groupForgotten(turn: Turn, id: string): Outcome<undefined> {
  if (turn.get("group", id) === undefined) {
    return refused(404, `Couldn't find request group with id ${id}`);
  }
  turn.remove("group", id);
  return { value: undefined };
}
