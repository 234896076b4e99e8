// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type MessageType, message } from "../message-type.ts";
import * as allocator from "./allocator.ts";
import * as v1 from "./v1.ts";

/** Machines that are not simply up. */
export interface ClusterStatus {
  draining_machines?: readonly ClusterStatus_DrainingMachine[];
  down_machines?: readonly v1.MachineID[];
}
export const ClusterStatus: MessageType<ClusterStatus> =
  message("mesos.v1.maintenance.ClusterStatus", () => [
  [1, "draining_machines", ClusterStatus_DrainingMachine, "repeated"],
  [2, "down_machines", v1.MachineID, "repeated"],
]);

/** A machine that is to go down, and what frameworks answered. */
export interface ClusterStatus_DrainingMachine {
  id: v1.MachineID;
  statuses?: readonly allocator.InverseOfferStatus[];
}
export const ClusterStatus_DrainingMachine: MessageType<ClusterStatus_DrainingMachine> =
  message("mesos.v1.maintenance.ClusterStatus.DrainingMachine", () => [
  [1, "id", v1.MachineID, "required"],
  [2, "statuses", allocator.InverseOfferStatus, "repeated"],
]);

/** All maintenance that is planned; a new one replaces the old. */
export interface Schedule {
  windows?: readonly Window[];
}
export const Schedule: MessageType<Schedule> = message("mesos.v1.maintenance.Schedule", () => [
  [1, "windows", Window, "repeated"],
]);

/** Machines that will be away at the same time. */
export interface Window {
  machine_ids?: readonly v1.MachineID[];
  unavailability: v1.Unavailability;
}
export const Window: MessageType<Window> = message("mesos.v1.maintenance.Window", () => [
  [1, "machine_ids", v1.MachineID, "repeated"],
  [2, "unavailability", v1.Unavailability, "required"],
]);
