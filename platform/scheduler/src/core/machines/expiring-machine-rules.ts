/**
 * What a change of a machine's state that reverts by itself may ask for.
 */

import type { ExpiringMachineState, MachineChangeRequest } from "../model/actions.ts";
import type { MachineState } from "../model/enums.ts";
import { type Refusal, refused } from "../turn.ts";
import { isDecommissioning } from "./machine-state.ts";

const systemOnly: readonly MachineState[] = ["DEAD", "MISSING_ON_STARTUP", "DECOMMISSIONING"];

/** `to` is the state that is asked for; `standing` what already waits to revert. */
export function refuseExpiring(
  change: MachineChangeRequest | undefined,
  to: MachineState,
  standing: ExpiringMachineState | undefined,
): Refusal | undefined {
  if (change?.durationMillis === undefined) return undefined;
  const revertTo = change.revertToState;
  if (revertTo === undefined) {
    return bad("Must include a machine state to revert to for an expiring machine state change");
  }
  if (standing !== undefined) {
    return refused(409, "A current expiring object already exists, delete it first").refusal;
  }
  const sentence = sentenceAgainst(to, revertTo, change.killTasksOnDecommissionTimeout === true);
  return sentence === undefined ? undefined : bad(sentence);
}

function sentenceAgainst(
  to: MachineState,
  revertTo: MachineState,
  killsTasks: boolean,
): string | undefined {
  const isEmptied = revertTo === "DECOMMISSIONING" || revertTo === "DECOMMISSIONED";
  if (revertTo === "STARTING_DECOMMISSION" && isDecommissioning(to)) {
    return "Cannot start decommission when it has already been started";
  }
  if (isEmptied && (to === "FROZEN" || to === "ACTIVE")) {
    return `Cannot transition from ${to} to DECOMMISSIONING or DECOMMISSIONED`;
  }
  if (revertTo === "FROZEN" && isDecommissioning(to)) {
    return "Cannot transition from a decommissioning state to FROZEN";
  }
  if (systemOnly.includes(revertTo)) {
    return `States [${systemOnly.join(", ")}] are reserved for system usage, you cannot manually transition to ${revertTo}`;
  }
  if (revertTo === "DECOMMISSIONED" && !killsTasks) {
    return "Must specify that all tasks on agent get killed if transitioning to DECOMMISSIONED state";
  }
  return undefined;
}

function bad(message: string): Refusal {
  return refused(400, message).refusal;
}
