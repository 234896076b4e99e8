/**
 * What keeps a whole request from running, whatever its tasks and the agents are.
 */

import type { FruitlessDeploy } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { SchedulerState } from "../state.ts";
import type { WaitingReason } from "./explain-request.ts";
import { placementBan } from "./may-place.ts";

/** In the order in which they are told: what the tasks themselves wait for comes between. */
export interface RequestReasons {
  readonly before: readonly WaitingReason[];
  readonly after: readonly WaitingReason[];
}

export function requestReasons(
  state: SchedulerState,
  requestId: string,
  now: number,
): RequestReasons {
  return {
    before: [...ofState(state, requestId), ...ofScheduler(state, requestId, now)],
    after: [...ofDeploys(state, requestId), ...ofDemand(state, requestId)],
  };
}

function ofState(state: SchedulerState, requestId: string): WaitingReason[] {
  const known = state.records.request.get(requestId);
  if (known === undefined) return [];
  const since = known.timestamp;
  const pauseMs = state.records.expiring.get(requestId)?.pause;
  switch (known.state) {
    case "PAUSED": {
      const durationMs = pauseMs?.expiringAPIRequestObject.durationMillis;
      const until =
        pauseMs === undefined || durationMs === undefined
          ? {}
          : { until: pauseMs.startMillis + durationMs };
      return [{ kind: "PAUSED", message: "the request is paused", since, ...until }];
    }
    case "SYSTEM_COOLDOWN": {
      const message = "its tasks fail again and again: each start is put off (cooldown)";
      return [{ kind: "COOLDOWN", message, since }];
    }
    case "FINISHED":
      return [{ kind: "FINISHED", message: "its schedule has no further run", since }];
    case "DELETING":
    case "DELETED":
      return [{ kind: known.state, message: "the request is being removed", since }];
    case "DEPLOYING_TO_UNPAUSE": {
      const message = "the request was paused; a deploy is to start it again";
      return [{ kind: "DEPLOYING_TO_UNPAUSE", message, since }];
    }
    default:
      return [];
  }
}

function ofDeploys(state: SchedulerState, requestId: string): WaitingReason[] {
  const deploys = state.records.requestDeploys.get(requestId);
  const pending = deploys?.pending;
  if (deploys?.active === undefined && pending === undefined) {
    if (deploys?.fruitless !== undefined) return [ofFruitless(deploys.fruitless)];
    return [{ kind: "NO_DEPLOY", message: "nothing of it has been deployed" }];
  }
  if (pending === undefined) return [];
  const { deployMarker, deployProgress } = pending;
  const { currentActiveInstances: has, targetActiveInstances: wants } = deployProgress;
  const message = `deploy ${deployMarker.deployId} is under way (${has} of ${wants} instances are active)`;
  return [{ kind: "DEPLOY_PENDING", message, since: deployMarker.timestamp }];
}

function ofFruitless(last: FruitlessDeploy): WaitingReason {
  const { deployId, deployState, message, count, at } = last;
  const which = count === 1 ? "first" : "last";
  const others = count === 1 ? "" : ` (none of ${count} has succeeded)`;
  const ended = deployState === "CANCELED" ? "was cancelled" : "failed";
  const reason = message === undefined ? "" : `: ${message}`;
  return {
    kind: "DEPLOY_FAILED",
    message: `no task is asked for, because its ${which} deploy ${deployId} ${ended}${others}${reason}`,
    since: at,
  };
}

function ofScheduler(state: SchedulerState, requestId: string, now: number): WaitingReason[] {
  if ((state.pendingOf.get(requestId)?.size ?? 0) === 0) return [];
  const ban = placementBan({ state, now: now as Parameters<typeof placementBan>[0]["now"] });
  switch (ban) {
    case "disconnected":
      return [{ kind: "DISCONNECTED", message: "the scheduler is not connected to a master" }];
    case "reconciling": {
      const { launchesFrom, unreconciled } = state.link;
      const message = `the master has yet to say what became of ${unreconciled.size} earlier tasks`;
      const until = launchesFrom === undefined ? {} : { until: launchesFrom };
      return [{ kind: "RECONCILING", message, ...until }];
    }
    case "offersDisabled": {
      const message = state.records.disabledAction.get("PROCESS_OFFERS")?.message;
      return [{ kind: "ACTION_DISABLED", message: message ?? "PROCESS_OFFERS is disabled" }];
    }
    default:
      return [];
  }
}

/** Nothing is planned: it may be that nothing is wanted. */
function ofDemand(state: SchedulerState, requestId: string): WaitingReason[] {
  const request = state.records.request.get(requestId)?.request;
  const isPlanned = (state.pendingOf.get(requestId)?.size ?? 0) > 0;
  const isActive = (state.tasksOf.get(requestId)?.size ?? 0) > 0;
  if (request === undefined || isPlanned || isActive) return [];
  if (request.requestType === "ON_DEMAND") {
    return [
      { kind: "NO_RUN_ASKED_FOR", message: "it runs when it is told to, and no run is asked for" },
    ];
  }
  if (request.requestType === "RUN_ONCE") {
    return [{ kind: "HAS_RUN", message: "each deploy of it runs once" }];
  }
  if (isLongRunning(request) && request.instances === 0) {
    return [{ kind: "NO_INSTANCES", message: "no instances of it are wanted" }];
  }
  return [];
}
