/**
 * Telling that something is very wrong with the cluster, from a few counts taken every ten seconds, and
 * forbidding then what an operator chose to have forbidden.
 *
 * Disasters can also be declared, and taken back, by a person. The counts are kept in memory: they say
 * nothing any more after a restart, and an idle cluster is not to write every ten seconds.
 */

import type { ClusterRule } from "../cluster-rules.ts";
import { isInactive } from "../machines/machine-state.ts";
import { putMail } from "../mail/put-mail.ts";
import { type DisasterType, disasterTypes } from "../model/enums.ts";
import type { DisasterDataPoint, DisastersData } from "../model/operations.ts";
import { type SchedulerState, settingOf } from "../state.ts";
import { dueAt } from "../tasks/due-plans.ts";
import type { Outcome, Turn } from "../turn.ts";
import { clearAutomatic, disableForDisasters, expireDisabled } from "./disabled-actions.ts";
import { detectDisasters } from "./disaster-signs.ts";

export const settleDisasters: ClusterRule = (turn) => {
  const expiresAt = expireDisabled(turn);
  const { config, state, now } = turn;
  const { enabled, runEveryMs, statsHistorySize } = config.disasters;
  if (!enabled) return expiresAt;
  const lastAt = state.disasterPoints[0]?.timestamp;
  const countAt = lastAt === undefined ? now : lastAt + runEveryMs;
  if (countAt > now) return Math.min(countAt, expiresAt ?? countAt);
  state.disasterPoints.unshift(countNow(turn));
  state.disasterPoints.length = Math.min(state.disasterPoints.length, statsHistorySize);
  detected(turn, detectDisasters(config.disasters, state.disasterPoints, now));
  return now + runEveryMs;
};

/** The newest first; there always is one. */
export function disastersData(turn: Pick<Turn, "state" | "config" | "now">): DisastersData {
  const { disasterPoints } = turn.state;
  const active = activeDisasters(turn.state);
  return {
    stats:
      disasterPoints.length > 0 ? [...disasterPoints] : [pointOf(turn, { agents: 0, tasks: 0 })],
    disasterStates: disasterTypes.map((type) => ({ type, active: active.includes(type) })),
    automatedActionDisabled: settingOf(turn.state, "disasters")?.automatedActionDisabled ?? false,
  };
}

export function activeDisasters(state: SchedulerState): DisasterType[] {
  const active = settingOf(state, "disasters")?.active ?? [];
  return active.filter((disaster) => disaster.active).map(({ type }) => type);
}

/** A person declares a disaster: what is forbidden in one is, from now on. */
export function disasterAdded(turn: Turn, type: DisasterType): Outcome<void> {
  putActive(turn, [...new Set([...activeDisasters(turn.state), type])]);
  disableForDisasters(turn, [type]);
  return { value: undefined };
}

/** One that is not active is no error. */
export function disasterRemoved(turn: Turn, type: DisasterType): Outcome<void> {
  const left = activeDisasters(turn.state).filter((active) => active !== type);
  putActive(turn, left);
  if (left.length === 0) clearAutomatic(turn);
  return { value: undefined };
}

/** Whether disasters that are detected forbid anything by themselves. */
export function automatedDisablingSet(turn: Turn, isEnabled: boolean): Outcome<void> {
  const active = settingOf(turn.state, "disasters")?.active ?? [];
  turn.put("setting", "disasters", { active, automatedActionDisabled: !isEnabled });
  return { value: undefined };
}

function detected(turn: Turn, found: readonly DisasterType[]): void {
  const before = activeDisasters(turn.state);
  // Differs: a disaster that a person declared is not ended by the counts being good.
  const kept = before.filter((type) => type === "USER_INITIATED" && !found.includes(type));
  const now = [...found, ...kept];
  if (now.length !== before.length || !now.every((type) => before.includes(type))) {
    putActive(turn, now);
  }
  if (found.length === 0) {
    if (before.length > 0 && kept.length === 0) clearAutomatic(turn);
    return;
  }
  const isAutomatic = settingOf(turn.state, "disasters")?.automatedActionDisabled !== true;
  if (isAutomatic) disableForDisasters(turn, found);
  if (found.every((type) => before.includes(type))) return;
  const { stats = [] } = disastersData(turn);
  const message = `disasters detected: ${found.join(", ")}`;
  putMail(turn, { type: "DISASTER_DETECTED", message, details: { disasters: found, stats } });
}

function putActive(turn: Turn, types: readonly DisasterType[]): void {
  const automatedActionDisabled =
    settingOf(turn.state, "disasters")?.automatedActionDisabled ?? false;
  const active = types.map((type) => ({ type, active: true }));
  turn.put("setting", "disasters", { active, automatedActionDisabled });
}

function countNow(turn: Turn): DisasterDataPoint {
  const { losses } = turn.state;
  const point = pointOf(turn, losses);
  losses.agents = 0;
  losses.tasks = 0;
  return point;
}

/** PERF: O(due tasks and agents). */
function pointOf(
  turn: Pick<Turn, "state" | "config" | "now">,
  losses: { readonly agents: number; readonly tasks: number },
): DisasterDataPoint {
  const { state, config, now } = turn;
  let late = 0;
  let overdue = 0;
  let lagMs = 0;
  for (const pending of state.placement.dueTasks.at(state, now).values()) {
    const lag = now - dueAt(state, pending);
    if (lag <= 0) continue;
    overdue++;
    lagMs += lag;
    if (lag > config.deltaAfterWhichTasksAreLateMs) late++;
  }
  let agents = 0;
  for (const { currentState } of state.records.agent.values()) {
    if (!isInactive(currentState.state)) agents++;
  }
  return {
    timestamp: Math.floor(now),
    numActiveTasks: state.records.task.size,
    numPendingTasks: state.records.pendingTask.size,
    numLateTasks: late,
    avgTaskLagMillis: Math.floor(lagMs / Math.max(overdue, 1)),
    numLostTasks: losses.tasks,
    numActiveAgents: agents,
    numLostAgents: losses.agents,
  };
}
