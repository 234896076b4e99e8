/**
 * What of the flags the core's decisions depend on, checked and in its own units.
 */

export interface MasterConfig {
  /** `--cluster`. */
  readonly cluster: string | undefined;
  readonly agentPingTimeoutMs: number;
  readonly agentPingTimeoutsMax: number;
  readonly agentReregisterTimeoutMs: number;
  readonly allocationIntervalMs: number;
  /** undefined: offers never time out. */
  readonly offerTimeoutMs: number | undefined;
  readonly completedFrameworksMax: number;
  readonly completedTasksPerFrameworkMax: number;
  readonly unreachableTasksPerFrameworkMax: number;
  /** `--agent_removal_rate_limit`: between two agents that are given up. undefined: no limit. */
  readonly agentRemovalIntervalMs: number | undefined;
  /** `--recovery_agent_removal_limit`, as a fraction of the agents that were expected back. */
  readonly recoveryAgentRemovalMax: number;
  readonly registryGcIntervalMs: number;
  /** Unreachable and gone agents that are remembered, of each kind, and for how long. */
  readonly registryAgentsMax: number;
  readonly registryAgentAgeMsMax: number;
  /** `--roles`: undefined means any role. */
  readonly roleWhitelist: ReadonlySet<string> | undefined;
  /** `--root_submissions=false` refuses frameworks and tasks of user root. */
  readonly rootSubmissions: boolean;
}
