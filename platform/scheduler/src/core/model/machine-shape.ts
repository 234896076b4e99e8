/**
 * How agents and racks are read and written.
 */

import { machineStates } from "./enums.ts";
import { object, optional, required } from "./fields.ts";
import type { Agent, MachineStateHistoryUpdate, Rack } from "./machine.ts";
import { anything, mapOf, oneOf, type Shape, text, whole } from "./shape.ts";

export const machineStateHistoryUpdateShape: Shape<MachineStateHistoryUpdate> = object(
  "SingularityMachineStateHistoryUpdate",
  {
    objectId: required(text),
    state: required(oneOf(machineStates)),
    timestamp: required(whole),
    user: optional(text),
    message: optional(text),
  },
);

export const agentShape: Shape<Agent> = object("Agent", {
  firstSeenAt: required(whole),
  currentState: required(machineStateHistoryUpdateShape),
  host: required(text),
  rackId: required(text),
  attributes: required(mapOf(text)),
  resources: optional(mapOf(anything)),
  id: required(text, { also: ["slaveId", "agentId"] }),
});

export const rackShape: Shape<Rack> = object("SingularityRack", {
  firstSeenAt: required(whole),
  currentState: required(machineStateHistoryUpdateShape),
  id: required(text, { also: ["rackId"] }),
});
