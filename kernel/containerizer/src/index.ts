/** The door of `@tavola/containerizer`: containers, their limits, their statistics and their end. */

export type { CommandLine } from "./command-line.ts";
export { commandLineOf } from "./command-line.ts";
export type { ContainerRecord } from "./container-record.ts";
export { readContainerRecord } from "./container-record.ts";
export type {
  Containerizer,
  ContainerLaunch,
  ContainerTermination,
  ResourceLimits,
} from "./containerizer.ts";
export type { ContainerizerOptions } from "./create-containerizer.ts";
export { createContainerizer } from "./create-containerizer.ts";
export type { ContainerRequest, HostEvent, HostedEnd } from "./executor-host/host-protocol.ts";
export { hostPaths, readHostedEnd, writeHostedEnd } from "./executor-host/host-protocol.ts";
export { socketAddress } from "./executor-host/socket-address.ts";
export type { LauncherName } from "./isolation.ts";
export type { ProcessPlace } from "./process-place.ts";
export { oomKillsOf, processesOf, signalContainer } from "./process-place.ts";
export type { ShimRecord } from "./runtime-directory.ts";
export {
  containerDirectory,
  hostSocketPath,
  listContainers,
  readShimRecord,
} from "./runtime-directory.ts";
export type { ProcessUser, RunningShim, ShimRequest } from "./shim/shim.ts";
export { adoptShim, startShim } from "./shim/shim.ts";
export type { ShimProgram } from "./shim/shim-program.ts";
export { buildShim, prebuiltShimPath, prepareShim } from "./shim/shim-program.ts";
export { exitCodeOf, formatWaitStatus, signalOf } from "./shim/wait-status.ts";
