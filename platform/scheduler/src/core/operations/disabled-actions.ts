/**
 * Whether operators, or a disaster, have forbidden a kind of action.
 */

import type { DisabledActionType } from "../model/enums.ts";
import type { SchedulerState } from "../state.ts";

/** Older names of the same actions. */
const newerNames: Readonly<Partial<Record<DisabledActionType, DisabledActionType>>> = {
  FREEZE_SLAVE: "FREEZE_AGENT",
  ACTIVATE_SLAVE: "ACTIVATE_AGENT",
  DECOMMISSION_SLAVE: "DECOMMISSION_AGENT",
  VIEW_SLAVES: "VIEW_AGENTS",
};

/** What the action is filed under. */
export function actionKeyOf(action: DisabledActionType): DisabledActionType {
  return newerNames[action] ?? action;
}

/** The message for whoever tries (409); undefined: it is allowed. PERF: O(1). */
export function isActionDisabled(
  state: SchedulerState,
  action: DisabledActionType,
): string | undefined {
  return state.records.disabledAction.get(actionKeyOf(action))?.message;
}
