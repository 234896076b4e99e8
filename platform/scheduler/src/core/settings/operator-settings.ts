/**
 * What operators set for the whole scheduler while it runs: a banner, overrides of placement, who is
 * mailed, which requests are left in peace.
 */

import type { Placement } from "../model/enums.ts";
import type { FireAlarm } from "../model/operations.ts";
import { settingOf } from "../state.ts";
import type { Turn } from "../turn.ts";

/** A banner for everybody; undefined takes it away. */
export function fireAlarmSet(turn: Turn, alarm: FireAlarm | undefined): void {
  if (alarm === undefined) turn.remove("setting", "fireAlarm");
  else turn.put("setting", "fireAlarm", alarm);
}

/** For requests that name no placement; undefined: the configured one again. */
export function placementStrategySet(turn: Turn, strategy: Placement | undefined): void {
  if (strategy === undefined) turn.remove("setting", "placementStrategyOverride");
  else turn.put("setting", "placementStrategyOverride", { strategy });
  turn.state.placementDue = true;
}

/** Whether racks count at all. */
export function rackSensitivitySet(turn: Turn, enabled: boolean): void {
  turn.put("setting", "rackSensitiveOverride", { enabled });
  turn.state.placementDue = true;
}

/** An address that wants no mail is on the one list, one that wants it on the other. */
export function mailWanted(turn: Turn, address: string, isWanted: boolean): void {
  const { blocked = [], allowed = [] } = settingOf(turn.state, "notifications") ?? {};
  const without = (list: readonly string[]) => list.filter((each) => each !== address);
  turn.put("setting", "notifications", {
    blocked: isWanted ? without(blocked) : [...without(blocked), address],
    allowed: isWanted ? [...without(allowed), address] : without(allowed),
  });
}

/** Its tasks are not moved to even out the load. */
export function shuffleBlocked(turn: Turn, requestId: string, isBlocked: boolean): void {
  if (isBlocked) turn.put("shuffleBlocked", requestId, { requestId });
  else turn.remove("shuffleBlocked", requestId);
}
