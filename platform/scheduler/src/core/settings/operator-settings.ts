/**
 * What operators set for the whole scheduler while it runs: a banner, overrides of placement, who is
 * mailed, which requests are left in peace.
 */

import type { Placement } from "../model/enums.ts";
import type { FireAlarm } from "../model/operations.ts";
import { settingOf } from "../state.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

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

/** An address that wants no mail is on the one list, one that wants it on the other. Refused with 409: too many. */
export function mailWanted(turn: Turn, address: string, isWanted: boolean): Outcome<undefined> {
  const { blocked = [], allowed = [] } = settingOf(turn.state, "notifications") ?? {};
  const most = turn.config.maxNotificationAddresses;
  const isKnown = blocked.includes(address) || allowed.includes(address);
  if (!isKnown && blocked.length + allowed.length >= most) {
    return refused(
      409,
      `No more than ${most} addresses are kept (maxNotificationAddresses in configuration)`,
    );
  }
  const without = (list: readonly string[]) => list.filter((each) => each !== address);
  turn.put("setting", "notifications", {
    blocked: isWanted ? without(blocked) : [...without(blocked), address],
    allowed: isWanted ? [...without(allowed), address] : without(allowed),
  });
  return { value: undefined };
}

/** Its tasks are not moved to even out the load. */
export function shuffleBlocked(turn: Turn, requestId: string, isBlocked: boolean): void {
  if (isBlocked) turn.put("shuffleBlocked", requestId, { requestId });
  else turn.remove("shuffleBlocked", requestId);
}
