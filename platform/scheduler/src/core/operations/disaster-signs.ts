/**
 * What a disaster looks like in the counts of the last minutes.
 */

import type { DisasterType } from "../model/enums.ts";
import type { DisasterDataPoint } from "../model/operations.ts";
import type { DisasterSettings } from "../scheduler-config.ts";

/** `points`: the newest first. */
export function detectDisasters(
  settings: DisasterSettings,
  points: readonly DisasterDataPoint[],
  now: number,
): DisasterType[] {
  const found: DisasterType[] = [];
  if (isLagging(settings, points, now)) found.push("EXCESSIVE_TASK_LAG");
  if (areAgentsLost(settings, points, now)) found.push("LOST_SLAVES");
  if (areTasksLost(settings, points, now)) found.push("LOST_TASKS");
  return found;
}

/** Warnings are half of what is critical, as Singularity's defaults are. */
const warningShare = 0.5;

/** Tasks have been late without a break for long enough. */
function isLagging(
  settings: DisasterSettings,
  points: readonly DisasterDataPoint[],
  now: number,
): boolean {
  const { criticalAvgTaskLagMs: lagMax, criticalOverdueTaskPortion: portionMax } = settings;
  const since = { criticalLag: now, criticalPortion: now, warningLag: now, warningPortion: now };
  for (const point of points) {
    const tasks = Math.max((point.numActiveTasks ?? 0) + (point.numPendingTasks ?? 0), 1);
    const portion = (point.numLateTasks ?? 0) / tasks;
    const lag = point.avgTaskLagMillis ?? 0;
    const isPortionWarning = portion > portionMax * warningShare;
    const isLagWarning = lag > lagMax * warningShare;
    if (!isPortionWarning && !isLagWarning) break;
    const at = point.timestamp;
    if (portion > portionMax) since.criticalPortion = at;
    if (isPortionWarning) since.warningPortion = at;
    if (lag > lagMax && isPortionWarning) since.criticalLag = at;
    if (isLagWarning) since.warningLag = at;
  }
  const isLong = (at: number): boolean => now - at > settings.triggerAfterMsOverTaskLagThreshold;
  return (
    isLong(since.criticalLag) ||
    isLong(since.criticalPortion) ||
    (isLong(since.warningLag) && isLong(since.warningPortion))
  );
}

function areAgentsLost(
  settings: DisasterSettings,
  points: readonly DisasterDataPoint[],
  now: number,
): boolean {
  const { includeLostAgentsInLastMs: withinMs, criticalLostAgentPortion } = settings;
  const lost = sumOf(points, now - withinMs, ({ numLostAgents }) => numLostAgents);
  const [newest] = points;
  const agents = (newest?.numActiveAgents ?? 0) + (newest?.numLostAgents ?? 0);
  return lost / Math.max(agents, 1) > criticalLostAgentPortion;
}

function areTasksLost(
  settings: DisasterSettings,
  points: readonly DisasterDataPoint[],
  now: number,
): boolean {
  const { includeLostTasksInLastMs: withinMs, criticalLostTaskPortion } = settings;
  const lost = sumOf(points, now - withinMs, ({ numLostTasks }) => numLostTasks);
  return lost / Math.max(points[0]?.numActiveTasks ?? 0, 1) > criticalLostTaskPortion;
}

function sumOf(
  points: readonly DisasterDataPoint[],
  after: number,
  count: (point: DisasterDataPoint) => number | undefined,
): number {
  let sum = 0;
  for (const point of points) if (point.timestamp > after) sum += count(point) ?? 0;
  return sum;
}
