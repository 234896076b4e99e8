/**
 * Machines that are on their way somewhere: those that are being emptied, those that are to go back to
 * an earlier state by themselves, and the dead, who are forgotten in the end.
 *
 * Level-triggered: looks at all machines and does what is due; to be called once too often changes
 * nothing. PERF: O(agents); called when a machine changes, when a task ends on one that is being
 * emptied, and at the times that it names.
 */

import type { ClusterRule } from "../cluster-rules.ts";
import type { AgentRecord, RackRecord, TaskRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import type { Turn } from "../turn.ts";
import { changeMachineState, isInactive, type MachineKind, putMachine } from "./machine-state.ts";
import { spreadToAllAgents } from "./spread-to-all-agents.ts";

export const settleMachines: ClusterRule = (turn) => {
  let nextAt: number | undefined;
  const wake = (at: number | undefined): void => {
    if (at !== undefined && (nextAt === undefined || at < nextAt)) nextAt = at;
  };
  const { agent, rack } = turn.state.records;
  for (const { id } of [...agent.values()]) wake(settleMachine(turn, "agent", id));
  for (const { id } of [...rack.values()]) wake(settleMachine(turn, "rack", id));
  watchEmptying(turn);
  wake(spreadToAllAgents(turn));
  return nextAt;
};

/** Does it now, and plans when it is to be done next. */
export function settleMachinesNow(turn: Turn): void {
  turn.state.clusterAgenda.plan("settleMachines", settleMachines(turn));
}

function settleMachine(turn: Turn, kind: MachineKind, id: string): number | undefined {
  const revertAt = revertExpired(turn, kind, id);
  const machine = turn.get(kind, id);
  if (machine === undefined) return revertAt;
  const { state, timestamp } = machine.currentState;
  if (state === "STARTING_DECOMMISSION" || state === "DECOMMISSIONING") empty(turn, kind, machine);
  if (!isInactive(state) || kind === "rack") return revertAt;
  const forgetAt = timestamp + turn.config.deleteDeadAgentsAfterMs;
  if (forgetAt > turn.now) return Math.min(revertAt ?? forgetAt, forgetAt);
  turn.remove("agent", id);
  turn.remove("inactiveHost", (machine as AgentRecord).host);
  return undefined;
}

/** Returns when the machine goes back to an earlier state, if that is still to come. */
function revertExpired(turn: Turn, kind: MachineKind, id: string): number | undefined {
  const expiring = turn.get(kind, id)?.expiring;
  const durationMs = expiring?.expiringAPIRequestObject.durationMillis;
  if (expiring === undefined || durationMs === undefined) return undefined;
  const at = expiring.startMillis + durationMs;
  if (at > turn.now) return at;
  const { user, revertToState } = expiring;
  const message = "Updated due to expiring action";
  changeMachineState(turn, kind, id, { state: revertToState, user, message });
  const machine = turn.get(kind, id);
  if (machine === undefined) return undefined;
  const { expiring: _done, ...rest } = machine;
  putMachine(turn, kind, rest as AgentRecord | RackRecord);
  if (revertToState === "DECOMMISSIONED" && expiring.killTasksOnDecommissionTimeout) {
    const tookMs = Math.floor(turn.now - expiring.startMillis);
    for (const task of tasksOn(turn, kind, id)) {
      cleanUpTask(turn, task, {
        cleanupType: "DECOMMISSION_TIMEOUT",
        ...(user === undefined ? {} : { user }),
        message: `${typeNames[kind]} decommission (started by: ${user ?? "unknown"}) timed out after ${tookMs}ms`,
      });
    }
  }
  if (revertToState === "ACTIVE") turn.state.placementDue = true;
  return undefined;
}

const typeNames: Readonly<Record<MachineKind, string>> = { agent: "Agent", rack: "Rack" };

/** Every task is to be replaced elsewhere; once none is left, the machine is empty. */
function empty(turn: Turn, kind: MachineKind, machine: AgentRecord | RackRecord): void {
  const { state, user, message } = machine.currentState;
  const tasks = tasksOn(turn, kind, machine.id);
  const name = "host" in machine ? `${machine.host} (${machine.id})` : machine.id;
  const why = startMessage(machine);
  for (const task of tasks) {
    cleanUpTask(turn, task, {
      cleanupType: "DECOMISSIONING",
      ...(user === undefined ? {} : { user }),
      message: `${typeNames[kind]} ${name} is decomissioning${why === undefined ? "" : ` (message: ${why})`}`,
    });
  }
  if (state === "STARTING_DECOMMISSION") {
    changeMachineState(turn, kind, machine.id, { state: "DECOMMISSIONING", user, message });
  }
  if (tasks.length === 0) {
    changeMachineState(turn, kind, machine.id, { state: "DECOMMISSIONED", user, message });
  }
}

/** What the operator said when it began. */
function startMessage({ history }: AgentRecord | RackRecord): string | undefined {
  return history.findLast(({ state }) => state === "STARTING_DECOMMISSION")?.message;
}

function tasksOn(turn: Turn, kind: MachineKind, id: string): TaskRecord[] {
  const { tasksOn: byAgent, records } = turn.state;
  if (kind === "agent") return [...(byAgent.get(id)?.values() ?? [])];
  const tasks: TaskRecord[] = [];
  for (const agent of records.agent.values()) {
    if (agent.rackId === id) tasks.push(...(byAgent.get(agent.id)?.values() ?? []));
  }
  return tasks;
}

/** When a task of one of these ends, machines are to be settled again. */
function watchEmptying(turn: Turn): void {
  const { records, placement } = turn.state;
  placement.emptying.clear();
  for (const { id, rackId, currentState } of records.agent.values()) {
    const rack = records.rack.get(rackId)?.currentState.state;
    if (currentState.state === "DECOMMISSIONING" || rack === "DECOMMISSIONING") {
      placement.emptying.add(id);
    }
  }
}
