/**
 * The rule that forgets which requests were deleted, when no agent that ran their tasks is expected back.
 */

import type { ClusterRule } from "../cluster-rules.ts";

/** PERF: O(requests deleted of late). */
export const forgetDeletions: ClusterRule = (turn) => {
  const keptMs = turn.config.deleteDeadAgentsAfterMs;
  let nextAt: number | undefined;
  for (const { requestId, at } of [...turn.state.records.deletedRequest.values()]) {
    const until = at + keptMs;
    if (until <= turn.now) turn.remove("deletedRequest", requestId);
    else nextAt = Math.min(nextAt ?? until, until);
  }
  return nextAt;
};
