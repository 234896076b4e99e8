/**
 * Giving due tasks their places.
 *
 * Called at the end of a turn in which tasks may have become placeable. The most urgent task gets the
 * best agent that all rules allow; then the next. A turn places so many at most; when more are left,
 * the next turn goes on, and what was placed waits to be launched with the rest of its agent's.
 *
 * Nothing is tried again that cannot have changed: a task that found no place is held only against
 * agents that were offered more since, unless its request or a machine changed.
 */

import type { PendingTask } from "../model/task.ts";
import { taskLaunched } from "../tasks/task-launched.ts";
import type { Turn } from "../turn.ts";
import { AgentRanking } from "./agent-ranking.ts";
import { keepOffers } from "./keep-offers.ts";
import { launchableOf } from "./launch-obstacle.ts";
import { launchPlaced } from "./launch-placed.ts";
import { keepReport } from "./make-report.ts";
import { mayPlace } from "./may-place.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import { unreservedRole } from "./offered-resources.ts";
import { demandOf, type PlacementDemand } from "./placement-demand.ts";
import { createRound, type PlacementRound } from "./placement-round.ts";
import { takeResources } from "./take-resources.ts";
import type { DemandGroup } from "./waiting-groups.ts";

/** How much one turn has left to do. */
interface Budget {
  placements: number;
  looks: number;
  reports: number;
}

export function placeTasks(turn: Turn): void {
  const { state, config } = turn;
  const { placement } = state;
  state.placementDue = false;
  if (mayPlace(turn) && state.offers.size > 0) {
    placement.round ??= createRound(state, config, turn.now);
    const isDone = workOff(turn, placement.round, {
      placements: config.offers.placementsPerTurnMax,
      looks: config.offers.looksPerTurnMax,
      reports: config.offers.reportsPerTurnMax,
    });
    placement.round.turns++;
    if (isDone || placement.round.turns >= config.offers.turnsPerRoundMax) {
      placement.round = undefined;
      launchPlaced(turn);
    }
    // What is left goes on in another turn, once others have had theirs.
    if (!isDone) {
      state.placementDue = true;
      if (placement.round === undefined) placement.lastRound = undefined;
      return;
    }
  }
  state.clusterAgenda.plan("keepOffers", keepOffers(turn));
}

/** False when the budget was used up before the round was. */
function workOff(turn: Turn, round: PlacementRound, budget: Budget): boolean {
  const { state, config } = turn;
  const { order } = round;
  if (order.first === undefined) return true;
  const ranking = new AgentRanking(state, config);
  for (let group = order.first; group !== undefined; group = order.first) {
    const outcome = placeGroup(turn, ranking, group, budget);
    if (outcome === "spent") return false;
    if (outcome === "noRoom") order.nextLane();
    else order.next();
  }
  return true;
}

/** spent: the budget was, before the group was done. noRoom: no agent has what one of its tasks takes. */
function placeGroup(
  turn: Turn,
  ranking: AgentRanking,
  group: DemandGroup,
  budget: Budget,
): "done" | "spent" | "noRoom" {
  const { state, config } = turn;
  const mark = state.placement.nextMark();
  let demand: PlacementDemand | undefined;
  for (const pending of group.tasks) {
    const { id, requestId } = pending.pendingTaskId;
    if (!state.placement.dueTasks.has(id)) continue;
    if (budget.placements <= 0 || ranking.looks >= budget.looks) return "spent";
    const launchable = launchableOf(state, config, pending);
    if ("obstacle" in launchable) return "done";
    demand ??= demandOf(state, config, launchable, pending);
    const newerThan = alreadyTried(turn, requestId, group.key);
    if (newerThan === state.offers.version) return "done";
    const agent = ranking.best(demand, mark, newerThan);
    if (agent === undefined) {
      notPlaced(turn, group, demand, budget);
      return ranking.hasRoomFor(demand.needs) ? "done" : "noRoom";
    }
    place(turn, agent, demand, pending);
    ranking.rescore(agent);
    budget.placements--;
  }
  return "done";
}

/** Agents that were last offered by this version of the offers need not be looked at again. */
function alreadyTried(turn: Turn, requestId: string, key: string): number {
  const { placement } = turn.state;
  const counts = placement.countsOf(requestId);
  const failure = counts.failures.get(key);
  const isStill =
    failure !== undefined &&
    failure.requestVersion === counts.version &&
    failure.machinesVersion === placement.machinesVersion;
  return isStill ? failure.offersVersion : -1;
}

function notPlaced(turn: Turn, group: DemandGroup, demand: PlacementDemand, budget: Budget): void {
  const { placement, offers } = turn.state;
  const counts = placement.countsOf(demand.request.id);
  counts.failures.set(group.key, {
    requestVersion: counts.version,
    offersVersion: offers.version,
    machinesVersion: placement.machinesVersion,
  });
  if (budget.reports <= 0) return;
  budget.reports--;
  keepReport(turn, demand, group.tasks);
}

function place(
  turn: Turn,
  agent: OfferedAgent,
  demand: PlacementDemand,
  pending: PendingTask,
): void {
  const { needs, request } = demand;
  const ports = takeResources(agent, needs, turn.random);
  const task = taskLaunched(turn, {
    pendingTask: pending,
    agentId: agent.agentId,
    hostname: agent.hostname,
    rackId: agent.rackId,
    offerIds: [...agent.offers.keys()],
    ports,
    resources: needs.own,
    ...(needs.role === unreservedRole ? {} : { role: needs.role }),
  });
  agent.launching.push(task.taskId.id);
  agent.launchingOf.set(request.id, (agent.launchingOf.get(request.id) ?? 0) + 1);
  turn.state.placement.lastDemandAt = turn.now;
}
