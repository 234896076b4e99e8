import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMessage, internal, type MessageType } from "@tavola/protocol";
import { type InternalMessage, replayRecordedAgent } from "../testing/recorded-agent.ts";

const types: Readonly<Record<string, MessageType<never>>> = Object.fromEntries(
  [
    internal.RegisterSlaveMessage,
    internal.UpdateSlaveMessage,
    internal.StatusUpdateMessage,
    internal.ExitedExecutorMessage,
  ].map((type) => [type.typeName, type as MessageType<never>]),
);

/**
 * What differs on purpose, or by chance, made the same: we advertise only the capabilities that are
 * there; updates made by the agent have a random uuid and the time at which it made them.
 */
function comparable({ name, message }: InternalMessage): readonly [string, string] {
  const copy = structuredClone(message) as Record<string, never>;
  if (name === internal.RegisterSlaveMessage.typeName) {
    delete copy["agent_capabilities"];
  } else if (name === internal.StatusUpdateMessage.typeName) {
    const { update } = copy as unknown as internal.StatusUpdateMessage;
    if (update.status.source === "SOURCE_AGENT") {
      Object.assign(update, { uuid: new Uint8Array(), timestamp: 0 });
      Object.assign(update.status, { uuid: new Uint8Array(), timestamp: 0 });
    }
  }
  const type = types[name];
  assert.ok(type !== undefined, name);
  return [name, Buffer.from(encodeMessage(type, copy as never)).toString("hex")];
}

test("told what a Mesos agent was told, the core tells its master the same, byte for byte", () => {
  const { sent, expected } = replayRecordedAgent();
  // Native executors acknowledge between; the order of what goes to the master is the same anyway.
  assert.deepEqual(sent.map(comparable), expected.map(comparable));
  assert.equal(sent.length, 14);
});
