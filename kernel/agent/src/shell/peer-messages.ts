/**
 * The libprocess messages that an agent understands, and the events they become.
 */

import type { Result } from "@tavola/base";
import {
  decodeMessage,
  internal,
  type LibprocessMessage,
  type MessageType,
} from "@tavola/protocol";
import type { PeerEvent } from "../core/events.ts";

// biome-ignore lint/suspicious/noExplicitAny: each kind has its own message
const types: Readonly<Record<PeerEvent["kind"], MessageType<any>>> = {
  slaveRegistered: internal.SlaveRegisteredMessage,
  slaveReregistered: internal.SlaveReregisteredMessage,
  ping: internal.PingSlaveMessage,
  shutdown: internal.ShutdownMessage,
  runTask: internal.RunTaskMessage,
  runTaskGroup: internal.RunTaskGroupMessage,
  killTask: internal.KillTaskMessage,
  shutdownExecutor: internal.ShutdownExecutorMessage,
  shutdownFramework: internal.ShutdownFrameworkMessage,
  updateFramework: internal.UpdateFrameworkMessage,
  frameworkToExecutor: internal.FrameworkToExecutorMessage,
  statusUpdateAcknowledgement: internal.StatusUpdateAcknowledgementMessage,
};

const kindsByName: ReadonlyMap<string, PeerEvent["kind"]> = new Map(
  (Object.keys(types) as PeerEvent["kind"][]).map((kind) => [types[kind].typeName, kind]),
);

/** The error says why the message is dropped: its name is not for agents, or its body is not it. */
export function readPeerMessage({ from, name, body }: LibprocessMessage): Result<PeerEvent> {
  const kind = kindsByName.get(name);
  if (kind === undefined) return { error: `no agent handles ${name}` };
  const message = decodeMessage(types[kind], body);
  if (message.error !== undefined) return { error: `cannot read ${name}: ${message.error}` };
  return { value: { kind, from, message: message.value } as PeerEvent };
}
