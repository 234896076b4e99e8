/**
 * Kinds of actions that operators, or a disaster, have forbidden.
 *
 * What a person forbade stays until a person allows it again; what a disaster did may expire.
 */

import { given } from "../given.ts";
import type { DisabledActionType, DisasterType } from "../model/enums.ts";
import type { SchedulerState } from "../state.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

/** Older names of the same actions. */
const newerNames: Readonly<Partial<Record<DisabledActionType, DisabledActionType>>> = {
  FREEZE_SLAVE: "FREEZE_AGENT",
  ACTIVATE_SLAVE: "ACTIVATE_AGENT",
  DECOMMISSION_SLAVE: "DECOMMISSION_AGENT",
  VIEW_SLAVES: "VIEW_AGENTS",
};

/** Looking, and what mends a disaster, can always be done. */
const alwaysAllowed: ReadonlySet<DisabledActionType> = new Set<DisabledActionType>([
  "VIEW_REQUEST",
  "PAUSE_REQUEST",
  "VIEW_WEBHOOKS",
  "ADD_DISASTER",
  "REMOVE_DISASTER",
  "DISABLE_ACTION",
  "ENABLE_ACTION",
  "VIEW_DISASTERS",
  "VIEW_AGENTS",
  "VIEW_RACKS",
]);

/** Only then is what it forbade allowed again by itself. */
function isAutomaticallyClearable(type: DisasterType): boolean {
  return type === "EXCESSIVE_TASK_LAG";
}

/** The message for whoever tries (409); undefined: it is allowed. PERF: O(1). */
export function isActionDisabled(
  state: SchedulerState,
  action: DisabledActionType,
): string | undefined {
  return state.records.disabledAction.get(keyOf(action))?.message;
}

/** What the action is filed under. */
function keyOf(action: DisabledActionType): DisabledActionType {
  return newerNames[action] ?? action;
}

export interface ActionBan {
  readonly action: DisabledActionType;
  readonly message?: string | undefined;
  readonly user?: string | undefined;
}

/** A person forbids it, until a person allows it again. */
export function actionDisabled(turn: Turn, ban: ActionBan): Outcome<void> {
  if (alwaysAllowed.has(keyOf(ban.action))) {
    return refused(400, `Action ${ban.action} cannot be disabled`);
  }
  disable(turn, ban, { automaticallyClearable: false });
  return { value: undefined };
}

/** To allow what is allowed is no error. */
export function actionEnabled(turn: Turn, action: DisabledActionType): Outcome<void> {
  turn.remove("disabledAction", keyOf(action));
  turn.state.placementDue = true;
  return { value: undefined };
}

/** Forbids what an operator chose to have forbidden in a disaster. What a person forbade is left alone. */
export function disableForDisasters(turn: Turn, types: readonly DisasterType[]): void {
  const { disableActionsOnDisaster, defaultDisabledActionExpirationMs } = turn.config.disasters;
  const automaticallyClearable = types.every(isAutomaticallyClearable);
  const hint = automaticallyClearable ? "" : ", action must be re-enabled by an admin user";
  const message = `Active disasters detected: ([${types.join(", ")}])${hint}`;
  const expiresAt = Math.floor(turn.now) + defaultDisabledActionExpirationMs;
  for (const action of disableActionsOnDisaster) {
    const standing = turn.get("disabledAction", keyOf(action));
    if (alwaysAllowed.has(keyOf(action)) || standing?.automaticallyClearable === false) continue;
    disable(
      turn,
      { action, message },
      automaticallyClearable ? { automaticallyClearable, expiresAt } : { automaticallyClearable },
    );
  }
}

/** The disaster is over. */
export function clearAutomatic(turn: Turn): void {
  for (const { type, automaticallyClearable } of [...turn.state.records.disabledAction.values()]) {
    if (automaticallyClearable) actionEnabled(turn, type);
  }
}

/** Returns when the next one expires. */
export function expireDisabled(turn: Turn): number | undefined {
  let nextAt: number | undefined;
  for (const { type, expiresAt } of [...turn.state.records.disabledAction.values()]) {
    if (expiresAt === undefined) continue;
    if (expiresAt <= turn.now) actionEnabled(turn, type);
    else nextAt = Math.min(nextAt ?? expiresAt, expiresAt);
  }
  return nextAt;
}

function disable(
  turn: Turn,
  { action, message = "Action is currently disabled", user }: ActionBan,
  how: { readonly automaticallyClearable: boolean; readonly expiresAt?: number },
): void {
  const type = keyOf(action);
  turn.put("disabledAction", type, {
    type,
    message: `Cannot perform action ${type}: ${message}`,
    ...given({ user }),
    ...how,
  });
  turn.state.clusterAgenda.plan("settleDisasters", turn.now);
}
