/**
 * Planted: daemons that keep a message which they ought to send again.
 */

import { decodeMessage, internal, type Upid } from "@tavola/protocol";
import type { SimulatedProcess } from "../world/process.ts";

type Passes = (to: Upid, name: string, body: Uint8Array) => boolean;

/** A master that repeats no kill: none in the moment in which an agent is told that it is back. */
export function forgetsKills(process: SimulatedProcess): Passes {
  const toldMs = new Map<string, number>();
  return (to, name) => {
    const { nowMs } = process.world;
    if (name === internal.SlaveReregisteredMessage.typeName) toldMs.set(to.host, nowMs);
    return name !== internal.KillTaskMessage.typeName || toldMs.get(to.host) !== nowMs;
  };
}

/** A master that decides that something ends, and does not say so to the agent that runs it. */
export function leavesRunning(what: "frameworks" | "agents"): Passes {
  const { ShutdownFrameworkMessage, ShutdownMessage } = internal;
  const { typeName } = what === "frameworks" ? ShutdownFrameworkMessage : ShutdownMessage;
  return (_to, name) => name !== typeName;
}

/** An agent that sends no update twice. */
export function sendsUpdatesOnce(): Passes {
  const sent = new Set<string>();
  return (_to, name, body) => {
    if (name !== internal.StatusUpdateMessage.typeName) return true;
    const { value } = decodeMessage(internal.StatusUpdateMessage, body);
    const uuid = Buffer.from(value?.update.uuid ?? []).toString("hex");
    if (sent.has(uuid)) return false;
    sent.add(uuid);
    return true;
  };
}
