/**
 * libprocess messages to the master, by name: which event each becomes.
 *
 * A name that nobody of ours understands (native schedulers' calls among them, until their API is
 * there) and a body that is not the named message are dropped and counted; the connection lives on.
 */

import {
  decodeMessage,
  internal,
  type LibprocessMessage,
  type MessageType,
} from "@tavola/protocol";
import type { AgentMessageEvent, MasterEvent } from "../core/events.ts";

const kindsByName: ReadonlyMap<string, readonly [AgentMessageEvent["kind"], MessageType<unknown>]> =
  new Map(
    (
      [
        ["registerSlave", internal.RegisterSlaveMessage],
        ["reregisterSlave", internal.ReregisterSlaveMessage],
        ["unregisterSlave", internal.UnregisterSlaveMessage],
        ["updateSlave", internal.UpdateSlaveMessage],
        ["statusUpdate", internal.StatusUpdateMessage],
        ["exitedExecutor", internal.ExitedExecutorMessage],
        ["executorToFramework", internal.ExecutorToFrameworkMessage],
        ["pong", internal.PongSlaveMessage],
      ] as const
    ).map(([kind, type]) => [type.typeName, [kind, type as MessageType<unknown>]]),
  );

/** PERF: one decode; 6k messages per second. */
export function readAgentMessage(message: LibprocessMessage): MasterEvent {
  const { from, name, body } = message;
  const known = kindsByName.get(name);
  if (known === undefined) return { kind: "messageDropped", from, name, reason: "unknown name" };
  const [kind, type] = known;
  const decoded = decodeMessage(type, body);
  if (decoded.error !== undefined) {
    return { kind: "messageDropped", from, name, reason: decoded.error };
  }
  return { kind, from, message: decoded.value } as AgentMessageEvent;
}

/** Processes of the master that take messages: itself and its agents' pingers. */
export function isMasterProcess(id: string): boolean {
  return id === "master" || id.startsWith("slave-observer(");
}
