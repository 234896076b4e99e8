/** The door of `@tavola/master`: the daemon that shares agents between frameworks. */

export { checkMasterState, type StateCheckOptions } from "./core/check-state.ts";
export type { MasterState } from "./core/state.ts";
export { type MasterFlags, masterFlags } from "./flags.ts";
export { RegistryAdmin, type RegistrySummary } from "./shell/registry-admin.ts";
export { type MasterOptions, type RunningMaster, startMaster } from "./shell/start-master.ts";
