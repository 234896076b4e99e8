import assert from "node:assert/strict";
import test from "node:test";
import type { AgentInfo_Capability } from "@tavola/protocol";
import { capabilitiesOfAgent } from "./agent-records.ts";

const multiRole = { type: "MULTI_ROLE" } satisfies AgentInfo_Capability;
const refinement = { type: "RESERVATION_REFINEMENT" } satisfies AgentInfo_Capability;

test("capabilitiesOfAgent() gives agents that can do the same one set, and others another", () => {
  const both = capabilitiesOfAgent([multiRole, refinement]);
  assert.equal(capabilitiesOfAgent([{ ...multiRole }, { ...refinement }]), both);
  for (const [said, meant] of [
    [[multiRole, multiRole], ["MULTI_ROLE"]],
    [[multiRole], ["MULTI_ROLE"]],
    [[multiRole, {}], ["MULTI_ROLE"]],
    [[], []],
    [
      [multiRole, refinement],
      ["MULTI_ROLE", "RESERVATION_REFINEMENT"],
    ],
  ] as const) {
    assert.deepEqual([...capabilitiesOfAgent(said)], meant);
  }
});
