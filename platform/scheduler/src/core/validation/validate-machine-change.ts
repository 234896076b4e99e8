/**
 * Whether an agent or rack may be put into another state for a while, and what it goes back to.
 *
 * Owns the rules of what an expiring change may revert to, and how many agents may drain at once.
 */

import type { MachineChangeRequest } from "../model/actions.ts";
import type { MachineState } from "../model/enums.ts";
import { type Outcome, refused } from "../turn.ts";
import { durationSentence } from "./durations.ts";
import { when } from "./rules.ts";

export interface MachineContext {
  readonly currentState: MachineState;
  /** Another change of it that is yet to revert. */
  readonly isExpiring: boolean;
}

/** Refused with 400, or 409 while another change of it is yet to revert. */
export function validateMachineChange(
  change: MachineChangeRequest,
  context: MachineContext,
): Outcome<MachineChangeRequest> {
  if (change.durationMillis === undefined) return { value: change };
  if (change.revertToState === undefined) {
    return refused(
      400,
      "Must include a machine state to revert to for an expiring machine state change",
    );
  }
  if (context.isExpiring) {
    return refused(409, "A current expiring object already exists, delete it first");
  }
  const sentence =
    durationSentence(change.durationMillis) ??
    revertSentence(change.revertToState, context.currentState) ??
    when(
      change.revertToState === "DECOMMISSIONED" && change.killTasksOnDecommissionTimeout !== true,
      "Must specify that all tasks on agent get killed if transitioning to DECOMMISSIONED state",
    );
  return sentence === undefined ? { value: change } : refused(400, sentence);
}

/** Only the scheduler itself puts a machine into these. */
const systemStates: readonly MachineState[] = ["DEAD", "MISSING_ON_STARTUP", "DECOMMISSIONING"];

function revertSentence(to: MachineState, current: MachineState): string | undefined {
  const isDrained = to === "DECOMMISSIONING" || to === "DECOMMISSIONED";
  return (
    when(
      to === "STARTING_DECOMMISSION" && isDraining(current),
      "Cannot start decommission when it has already been started",
    ) ??
    when(
      isDrained && current === "FROZEN",
      "Cannot transition from FROZEN to DECOMMISSIONING or DECOMMISSIONED",
    ) ??
    when(
      isDrained && current === "ACTIVE",
      "Cannot transition from ACTIVE to DECOMMISSIONING or DECOMMISSIONED",
    ) ??
    when(
      to === "FROZEN" && isDraining(current),
      "Cannot transition from a decommissioning state to FROZEN",
    ) ??
    when(
      systemStates.includes(to),
      `States [${systemStates.join(", ")}] are reserved for system usage, you cannot manually transition to ${to}`,
    )
  );
}

export function isDraining(state: MachineState): boolean {
  return (
    state === "STARTING_DECOMMISSION" || state === "DECOMMISSIONING" || state === "DECOMMISSIONED"
  );
}

/** `draining`: agents on their way out now. */
export function drainingSentence(draining: number, most: number): string | undefined {
  return when(
    draining >= most,
    `${draining} agents are already decommissioning state (${most} allowed at once). Allow these agents to finish before decommissioning another`,
  );
}
