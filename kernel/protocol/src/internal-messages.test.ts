/** Wire names and the types of their bodies. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { recordedInternalMessages } from "../testing/recordings.ts";
import * as internal from "./generated/internal.ts";
import { internalMessageNames, internalMessageType, V0Call } from "./internal-messages.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";

test("internalMessageType() knows every name that was recorded, and no other", () => {
  for (const { name, where } of recordedInternalMessages())
    assert.equal(internalMessageType(name)?.typeName, name, where);
  assert.equal(internalMessageType("mesos.internal.PingSlaveMessage"), internal.PingSlaveMessage);
  assert.equal(internalMessageType("mesos.internal.Nope"), undefined);
  assert.equal(internalMessageType("toString"), undefined);
  assert.ok(internalMessageNames().includes("mesos.scheduler.Event"));
});

test("a native driver's SUBSCRIBE keeps its suppressed roles apart from its force", () => {
  const framework_info = { user: "", name: "" };
  const subscribe = { framework_info, force: true, suppressed_roles: ["a"] };
  const bytes = encodeMessage(V0Call, { subscribe });
  assert.equal(Buffer.from(bytes).toString("hex"), "1a0b" + "0a040a001200" + "1001" + "1a0161");
  assert.deepEqual(decodeMessage(V0Call, bytes).value, { subscribe });
});
