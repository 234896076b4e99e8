/**
 * The states of agents and racks, and which may follow which.
 *
 *                      ┌──────────── activate ────────────┐
 *     (seen) ──▶ ACTIVE ──▶ STARTING_DECOMMISSION ──▶ DECOMMISSIONING ──▶ DECOMMISSIONED
 *                │  ▲ ╲            ▲
 *         freeze ▼  │  ╲           │            any ──▶ DEAD, MISSING_ON_STARTUP (not seen any more)
 *                FROZEN ───────────┘            DEAD, MISSING_ON_STARTUP ──▶ ACTIVE (seen again)
 *
 * Owns every change of a machine's state: the record, its history, and what was to revert by itself.
 */

import { given } from "../given.ts";
import type { MachineState } from "../model/enums.ts";
import type { MachineStateHistoryUpdate } from "../model/machine.ts";
import type { AgentRecord, RackRecord } from "../records.ts";
import type { Turn } from "../turn.ts";

export type MachineKind = "agent" | "rack";

/** The names are part of the answers that Singularity's clients read. */
export type StateChangeResult =
  | "FAILURE_NOT_FOUND"
  | "FAILURE_ALREADY_AT_STATE"
  | "FAILURE_ILLEGAL_TRANSITION"
  | "SUCCESS";

export interface StateChange {
  readonly state: MachineState;
  readonly user?: string | undefined;
  readonly message?: string | undefined;
}

export function isDecommissioning(state: MachineState): boolean {
  return (
    state === "STARTING_DECOMMISSION" || state === "DECOMMISSIONING" || state === "DECOMMISSIONED"
  );
}

/** Not there, as far as is known. */
export function isInactive(state: MachineState): boolean {
  return state === "DEAD" || state === "MISSING_ON_STARTUP";
}

/** Why a machine cannot go from one state to the other; undefined: it can. */
export function refuseTransition(
  from: MachineState,
  to: MachineState,
): "FAILURE_ALREADY_AT_STATE" | "FAILURE_ILLEGAL_TRANSITION" | undefined {
  if (from === to) return "FAILURE_ALREADY_AT_STATE";
  const isIllegal =
    (to === "STARTING_DECOMMISSION" && isDecommissioning(from)) ||
    ((to === "DECOMMISSIONING" || to === "DECOMMISSIONED") &&
      (from === "FROZEN" || from === "ACTIVE")) ||
    (to === "FROZEN" && isDecommissioning(from));
  return isIllegal ? "FAILURE_ILLEGAL_TRANSITION" : undefined;
}

/** Moves a machine, when it is there and may. */
export function changeMachineState(
  turn: Turn,
  kind: MachineKind,
  id: string,
  change: StateChange,
): StateChangeResult {
  const machine = turn.get(kind, id);
  if (machine === undefined) return "FAILURE_NOT_FOUND";
  const refusal = refuseTransition(machine.currentState.state, change.state);
  if (refusal !== undefined) return refusal;
  const currentState = stateUpdate(turn, id, change);
  const history = [...machine.history, currentState].slice(-turn.config.maxMachineHistoryEntries);
  const { expiring, ...rest } = machine;
  const stays =
    expiring !== undefined &&
    refuseTransition(change.state, expiring.revertToState) === undefined &&
    !isInactive(change.state);
  putMachine(turn, kind, { ...rest, currentState, history, ...(stays ? { expiring } : {}) });
  return "SUCCESS";
}

export function stateUpdate(
  turn: Turn,
  id: string,
  { state, user, message }: StateChange,
): MachineStateHistoryUpdate {
  return { objectId: id, state, timestamp: Math.floor(turn.now), ...given({ user, message }) };
}

export function putMachine(turn: Turn, kind: MachineKind, machine: AgentRecord | RackRecord): void {
  if (kind === "agent") turn.put("agent", machine.id, machine as AgentRecord);
  else turn.put("rack", machine.id, machine);
}
