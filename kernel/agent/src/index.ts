/** The door of `@tavola/agent`: the daemon that offers a machine and runs tasks on it. */

export type {
  Checkpointed,
  CheckpointedAgent,
  CheckpointedExecutor,
  CheckpointedFramework,
  CheckpointedRun,
  CheckpointedTask,
} from "./core/checkpointed.ts";
export { type AgentFlags, agentFlags } from "./flags.ts";
export type { AgentExit, RunningAgent } from "./shell/agent-daemon.ts";
export { readCheckpoints } from "./shell/checkpoint-reader.ts";
export type { MachineFiles } from "./shell/machine-files.ts";
export type {
  DetectedMaster,
  MasterDetector,
  MasterDetectorOptions,
} from "./shell/master-detector.ts";
export { detectMaster } from "./shell/master-detector.ts";
export { type AgentOptions, startAgent } from "./shell/start-agent.ts";
