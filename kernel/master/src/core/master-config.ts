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
  /** Unreachable and gone agents that are remembered, of each kind. */
  readonly rememberedAgentsMax: number;
  /** `--roles`: undefined means any role. */
  readonly roleWhitelist: ReadonlySet<string> | undefined;
  /** `--root_submissions=false` refuses frameworks and tasks of user root. */
  readonly rootSubmissions: boolean;
}
