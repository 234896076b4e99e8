/**
 * An agent shows that it is there, by an offer or in the master's list: it is known from now on, and its
 * rack is. One that was given up is taken back.
 */

import { given } from "../given.ts";
import type { MesosResourcesObject } from "../model/machine.ts";
import type { AgentRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import {
  changeMachineState,
  isInactive,
  type MachineKind,
  putMachine,
  stateUpdate,
} from "./machine-state.ts";
import { settleMachinesNow } from "./settle-machines.ts";

export interface SeenAgent {
  readonly agentId: string;
  /** As Mesos names it. */
  readonly hostname: string;
  readonly rackId: string;
  /** Without the rack's. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly port?: number;
  /** All that it has, when the master told. */
  readonly resources?: MesosResourcesObject;
}

/** Returns whether it takes tasks. PERF: O(attributes) when nothing is new. */
export function agentSeen(turn: Turn, seen: SeenAgent): boolean {
  const known = turn.get("agent", seen.agentId);
  machineSeen(turn, "rack", seen.rackId);
  if (known === undefined) putMachine(turn, "agent", newAgent(turn, seen));
  else updateAgent(turn, known, seen);
  const isBack = machineSeen(turn, "agent", seen.agentId);
  if (known === undefined || isBack) retireInactiveHost(turn, seen);
  return turn.get("agent", seen.agentId)?.currentState.state === "ACTIVE";
}

/** Makes a rack known, and takes back what was given up. Returns whether it did the latter. */
function machineSeen(turn: Turn, kind: MachineKind, id: string): boolean {
  const machine = turn.get(kind, id);
  if (machine === undefined) {
    const currentState = stateUpdate(turn, id, { state: "ACTIVE" });
    const firstSeenAt = Math.floor(turn.now);
    if (kind === "rack")
      putMachine(turn, kind, { id, firstSeenAt, currentState, history: [currentState] });
    return false;
  }
  if (!isInactive(machine.currentState.state)) return false;
  changeMachineState(turn, kind, id, { state: "ACTIVE" });
  return true;
}

function newAgent(turn: Turn, seen: SeenAgent): AgentRecord {
  const currentState = stateUpdate(turn, seen.agentId, { state: "ACTIVE" });
  return {
    id: seen.agentId,
    host: shortHost(turn, seen.hostname),
    rackId: seen.rackId,
    attributes: seen.attributes,
    firstSeenAt: Math.floor(turn.now),
    currentState,
    history: [currentState],
    ...given({ port: seen.port, resources: seen.resources }),
  };
}

/** An agent may come back under its id with other attributes, or another port. */
function updateAgent(turn: Turn, known: AgentRecord, seen: SeenAgent): void {
  const host = shortHost(turn, seen.hostname);
  const isSame =
    known.host === host &&
    known.rackId === seen.rackId &&
    (seen.port === undefined || known.port === seen.port) &&
    isEqual(known.attributes, seen.attributes) &&
    (seen.resources === undefined || isEqual(known.resources ?? {}, seen.resources));
  if (isSame) return;
  const { rackId, attributes } = seen;
  const news = given({ port: seen.port, resources: seen.resources });
  putMachine(turn, "agent", { ...known, host, rackId, attributes, ...news } as AgentRecord);
}

/** An operator wants this host gone, whenever it comes back. */
function retireInactiveHost(turn: Turn, { agentId, hostname }: SeenAgent): void {
  const host = shortHost(turn, hostname);
  if (turn.get("inactiveHost", host) === undefined) return;
  const message = `Agent ${agentId} on inactive host ${host} attempted to rejoin cluster.`;
  changeMachineState(turn, "agent", agentId, { state: "STARTING_DECOMMISSION", message });
  settleMachinesNow(turn);
}

/** As the API names hosts: without what all their names end with. */
function shortHost(turn: Turn, hostname: string): string {
  const suffix = turn.config.commonHostnameSuffixToOmit;
  if (suffix === undefined || suffix === "" || !hostname.endsWith(suffix)) return hostname;
  return hostname.slice(0, -suffix.length);
}

function isEqual(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): boolean {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    if (a[key] !== b[key]) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}
