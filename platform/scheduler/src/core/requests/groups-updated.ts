/**
 * Somebody changes who may see and change a request. That they may is for the API to know.
 */

import type { UpdateGroupsRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { Outcome, Turn } from "../turn.ts";
import { knownRequest } from "./known-request.ts";
import { changeRefusal } from "./request-posted.ts";
import { updateRequest } from "./update-request.ts";

export interface GroupsUpdated {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body: UpdateGroupsRequest;
}

/** What the body leaves out is taken away, as in Singularity. */
export function groupsUpdated(turn: Turn, updated: GroupsUpdated): Outcome<RequestWithState> {
  const { requestId, user, body } = updated;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const refusal = changeRefusal(turn, requestId);
  if (refusal !== undefined) return { refusal };
  const before = known.value;
  const {
    group: _group,
    readWriteGroups: _writers,
    readOnlyGroups: _readers,
    actionPermissions: _permissions,
    ...rest
  } = before.request;
  const { message, ...groups } = body;
  return {
    value: updateRequest(turn, {
      before,
      request: { ...rest, ...groups },
      eventType: "UPDATED",
      user,
      message,
    }),
  };
}
