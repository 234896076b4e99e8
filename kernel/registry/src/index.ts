/** The door of `@tavola/registry`: what survives a master, and its form in a store. */

export { applyOperation } from "./apply-operation.ts";
export { decodeBackup, encodeBackup } from "./backup.ts";
export { batchBytes, decodeBatch, encodeBatch } from "./batch.ts";
export { registryFormat } from "./frame.ts";
export { machineKey } from "./maintenance.ts";
export { mesosRegistryOf } from "./mesos-registry.ts";
export { encodeOperation } from "./operation-codec.ts";
export type {
  AgentOperation,
  Applied,
  ClusterOperation,
  DrainOperation,
  RegistryOperation,
} from "./registry-operation.ts";
export type { RegistryProblem } from "./registry-problem.ts";
export {
  type AdmittedAgent,
  type AgentUse,
  createRegistryState,
  type GoneAgentEntry,
  minimumCapabilitiesOf,
  type RegistryState,
  type UnreachableAgentEntry,
} from "./registry-state.ts";
export { decodeSnapshot, SnapshotDecoder } from "./snapshot-decoder.ts";
export { chunkBytesMax, encodeSnapshot } from "./snapshot-encoder.ts";
