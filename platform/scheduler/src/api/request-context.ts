/**
 * What the rules of requests and deploys want to know besides what was posted.
 */

import { given } from "../core/given.ts";
import type { Request } from "../core/model/request.ts";
import { deployKey } from "../core/records.ts";
import { settingOf } from "../core/state.ts";
import { wallNow } from "../core/tasks/due-plans.ts";
import { refused, type Turn } from "../core/turn.ts";
import { agentsContextOf } from "../core/validation/agents-context.ts";
import { belowFreezeSentence } from "../core/validation/validate-priority.ts";
import type { RequestContext } from "../core/validation/validate-request.ts";

export function requestContext(turn: Turn, requestId: string): RequestContext {
  const { state, config } = turn;
  const deploys = state.records.requestDeploys.get(requestId);
  const deployOf = (deployId: string | undefined) =>
    deployId === undefined
      ? undefined
      : state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  return {
    config,
    now: wallNow(turn),
    activeAgents: agentsContextOf(turn).activeAgents,
    ...given({
      existing: state.records.request.get(requestId)?.request,
      activeDeploy: deployOf(deploys?.active?.deployId),
      pendingDeploy: deployOf(deploys?.pending?.deployMarker.deployId),
    }),
  };
}

/** What is below a priority freeze starts nothing. */
export function freezeRefusal(turn: Turn, request: Request) {
  const freeze = settingOf(turn.state, "priorityFreeze");
  const sentence = belowFreezeSentence(request, freeze, turn.config);
  return sentence === undefined ? undefined : refused(400, sentence);
}
