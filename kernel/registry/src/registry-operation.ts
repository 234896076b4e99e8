/**
 * Every change of a registry. Plain data; what each means is in `apply-operation.ts`.
 */

import type { AgentId, Instant, Result } from "@tavola/base";
import type {
  AgentInfo,
  DrainConfig,
  MachineID,
  MasterInfo,
  maintenance,
  quota,
  WeightInfo,
} from "@tavola/protocol";

export type RegistryOperation = AgentOperation | DrainOperation | ClusterOperation;

/** Where an agent stands. */
export type AgentOperation =
  /** A new agent; `info.id` is set. */
  | { readonly kind: "admitAgent"; readonly info: AgentInfo }
  /** One that was admitted before, with other details; one that was unreachable; or one forgotten. */
  | { readonly kind: "readmitAgent"; readonly info: AgentInfo }
  | { readonly kind: "removeAgent"; readonly agentId: AgentId }
  | { readonly kind: "markAgentUnreachable"; readonly agentId: AgentId; readonly at: Instant }
  | { readonly kind: "markAgentGone"; readonly agentId: AgentId; readonly at: Instant }
  /** Forgets agents that have been away for long. Those that are so no longer are passed over. */
  | {
      readonly kind: "pruneAgents";
      readonly unreachable: readonly AgentId[];
      readonly gone: readonly AgentId[];
    };

/** How an operator uses an agent that is admitted or unreachable. */
export type DrainOperation =
  | { readonly kind: "drainAgent"; readonly agentId: AgentId; readonly config: DrainConfig }
  | { readonly kind: "markAgentDrained"; readonly agentId: AgentId }
  | { readonly kind: "deactivateAgent"; readonly agentId: AgentId }
  | { readonly kind: "reactivateAgent"; readonly agentId: AgentId };

/** What concerns the whole cluster. Who asks for it has validated it. */
export type ClusterOperation =
  /** A newly elected master's first act. */
  | { readonly kind: "recordLeader"; readonly info: MasterInfo }
  /** Replaces the whole schedule; machines that are new in it are DRAINING. */
  | { readonly kind: "updateMaintenanceSchedule"; readonly schedule: maintenance.Schedule }
  /** DRAINING machines go DOWN. */
  | { readonly kind: "startMaintenance"; readonly machines: readonly MachineID[] }
  /** They are up again, and out of the schedule. */
  | { readonly kind: "stopMaintenance"; readonly machines: readonly MachineID[] }
  /** One without guarantees and limits removes the role's. */
  | { readonly kind: "updateQuotas"; readonly configs: readonly quota.QuotaConfig[] }
  | { readonly kind: "updateWeights"; readonly weights: readonly WeightInfo[] };

/**
 * What came of one. `unchanged`: the state says so already, and nothing needs to be written. An error
 * is one sentence, and then nothing was changed.
 */
export type Applied = Result<"changed" | "unchanged">;
