/**
 * What operators do to agents and racks: decommission, freeze, activate, forget; for a while or for good.
 *
 * Statuses and sentences are Singularity's.
 */

import { randomUuid } from "@tavola/base";
import { given } from "../given.ts";
import type { MachineChangeRequest } from "../model/actions.ts";
import type { DisabledActionType, MachineState } from "../model/enums.ts";
import { isActionDisabled } from "../operations/disabled-actions.ts";
import type { AgentRecord, RackRecord } from "../records.ts";
import { type Outcome, type Refusal, refused, type Turn } from "../turn.ts";
import { refuseExpiring } from "./expiring-machine-rules.ts";
import { changeMachineState, type MachineKind, putMachine } from "./machine-state.ts";
import { settleMachinesNow } from "./settle-machines.ts";

export interface MachineAction {
  readonly kind: MachineKind;
  readonly id: string;
  readonly user?: string | undefined;
  readonly change?: MachineChangeRequest | undefined;
}

const typeNames: Readonly<Record<MachineKind, string>> = { agent: "Agent", rack: "Rack" };

/** Its tasks are replaced elsewhere, then it is empty. At most so many agents at a time. */
export function machineDecommissioned(turn: Turn, action: MachineAction): Outcome<void> {
  const disabled: DisabledActionType =
    action.kind === "agent" ? "DECOMMISSION_AGENT" : "DECOMMISSION_RACK";
  return (
    refuseAction(turn, action, disabled, "STARTING_DECOMMISSION") ??
    refuseMany(turn) ??
    changed(turn, action, "STARTING_DECOMMISSION")
  );
}

/** It keeps its tasks and takes no more. */
export function machineFrozen(turn: Turn, action: MachineAction): Outcome<void> {
  const disabled: DisabledActionType = action.kind === "agent" ? "FREEZE_AGENT" : "FREEZE_RACK";
  return refuseAction(turn, action, disabled, "FROZEN") ?? changed(turn, action, "FROZEN");
}

/** It takes tasks again. */
export function machineActivated(turn: Turn, action: MachineAction): Outcome<void> {
  const disabled: DisabledActionType = action.kind === "agent" ? "ACTIVATE_AGENT" : "ACTIVATE_RACK";
  return refuseAction(turn, action, disabled, "ACTIVE") ?? changed(turn, action, "ACTIVE");
}

/** It is forgotten with its history; when it shows itself again, it is new. */
export function machineRemoved(turn: Turn, { kind, id }: MachineAction): Outcome<void> {
  if (turn.get(kind, id) === undefined) {
    return refused(404, `Couldn't find dead ${typeNames[kind]} with id ${id}`);
  }
  turn.remove(kind, id);
  return { value: undefined };
}

/** All that are dead are forgotten; returns how many. */
export function deadAgentsRemoved(turn: Turn): Outcome<number> {
  const dead = [...turn.state.records.agent.values()].filter(
    ({ currentState }) => currentState.state === "DEAD",
  );
  for (const { id } of dead) turn.remove("agent", id);
  return { value: dead.length };
}

/** It stays as it is; that nothing was to expire is no error. */
export function machineExpiringRemoved(turn: Turn, { kind, id }: MachineAction): Outcome<void> {
  const machine = turn.get(kind, id);
  if (machine?.expiring !== undefined) {
    const { expiring: _removed, ...rest } = machine;
    putMachine(turn, kind, rest as AgentRecord | RackRecord);
    settleMachinesNow(turn);
  }
  return { value: undefined };
}

/** Another duration for a decommission that is to end by itself. */
export function decommissionUpdated(turn: Turn, action: MachineAction): Outcome<void> {
  const disabled =
    isActionDisabled(turn.state, "ACTIVATE_AGENT") ??
    isActionDisabled(turn.state, "DECOMMISSION_AGENT");
  if (disabled !== undefined) return refused(409, disabled);
  const machine = turn.get(action.kind, action.id);
  if (machine?.expiring !== undefined) {
    const { expiring: _replaced, ...rest } = machine;
    putMachine(turn, action.kind, rest as AgentRecord | RackRecord);
    const refusal = refuseExpiring(action.change, "STARTING_DECOMMISSION", undefined);
    if (refusal !== undefined) {
      putMachine(turn, action.kind, machine);
      return { refusal };
    }
    saveExpiring(turn, action);
    settleMachinesNow(turn);
  }
  return { value: undefined };
}

function refuseAction(
  turn: Turn,
  { kind, id, change }: MachineAction,
  disabled: DisabledActionType,
  to: MachineState,
): { readonly refusal: Refusal } | undefined {
  const message = isActionDisabled(turn.state, disabled);
  if (message !== undefined) return refused(409, message);
  const refusal = refuseExpiring(change, to, turn.get(kind, id)?.expiring);
  return refusal === undefined ? undefined : { refusal };
}

function refuseMany(turn: Turn): { readonly refusal: Refusal } | undefined {
  const most = turn.config.maxDecommissioningAgents;
  let count = 0;
  for (const { currentState } of turn.state.records.agent.values()) {
    const { state } = currentState;
    if (state === "DECOMMISSIONING" || state === "STARTING_DECOMMISSION") count++;
  }
  if (count < most) return undefined;
  return refused(
    400,
    `${count} agents are already decommissioning state (${most} allowed at once). Allow these agents to finish before decommissioning another`,
  );
}

function changed(turn: Turn, action: MachineAction, state: MachineState): Outcome<void> {
  const { kind, id, user, change } = action;
  const result = changeMachineState(turn, kind, id, { state, user, message: change?.message });
  const type = typeNames[kind];
  if (result === "FAILURE_NOT_FOUND") {
    return refused(404, `Couldn't find an active ${type} with id ${id} (result: ${result})`);
  }
  if (result !== "SUCCESS") {
    return refused(409, `${result} - ${type} ${id} is in ${state} state`);
  }
  saveExpiring(turn, action);
  if (state === "ACTIVE") askForOffersAnew(turn);
  settleMachinesNow(turn);
  return { value: undefined };
}

function saveExpiring(turn: Turn, { kind, id, user, change }: MachineAction): void {
  const machine = turn.get(kind, id);
  const revertToState = change?.revertToState;
  if (machine === undefined || change?.durationMillis === undefined) return;
  if (revertToState === undefined) return;
  putMachine(turn, kind, {
    ...machine,
    expiring: {
      ...given({ user }),
      startMillis: Math.floor(turn.now),
      actionId: change.actionId ?? randomUuid(turn.random),
      expiringAPIRequestObject: change,
      machineId: id,
      revertToState,
      killTasksOnDecommissionTimeout: change.killTasksOnDecommissionTimeout ?? false,
    },
  });
}

/** Its offers were declined for long while it took no tasks; to want offers again lifts that. */
function askForOffersAnew(turn: Turn): void {
  const { state } = turn;
  if (!state.link.connected) return;
  state.placement.offersWanted = true;
  state.placement.filteredAt = undefined;
  turn.effect({ kind: "wantOffers", wanted: true });
  state.placementDue = true;
}
