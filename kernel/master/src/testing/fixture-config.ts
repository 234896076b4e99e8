/** What a master in a test goes by. */

import type { MasterConfig } from "../core/master-config.ts";

/** Mesos's own defaults, where a test does not say otherwise. */
export const fixtureConfig: MasterConfig = {
  cluster: undefined,
  agentPingTimeoutMs: 15_000,
  agentPingTimeoutsMax: 5,
  agentReregisterTimeoutMs: 600_000,
  allocationIntervalMs: 1000,
  offerTimeoutMs: undefined,
  completedFrameworksMax: 50,
  completedTasksPerFrameworkMax: 1000,
  unreachableTasksPerFrameworkMax: 1000,
  agentRemovalIntervalMs: undefined,
  recoveryAgentRemovalMax: 1,
  registryGcIntervalMs: 900_000,
  registryAgentsMax: 1000,
  registryAgentAgeMsMax: 1_209_600_000,
  roleWhitelist: undefined,
  rootSubmissions: true,
};
