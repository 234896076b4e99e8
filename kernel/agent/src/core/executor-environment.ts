/**
 * The variables that an executor finds in its environment. Source: executorEnvironment in slave.cpp.
 *
 * From weak to strong: what the agent itself was started with (or, instead of that, what
 * `--executor_environment_variables` says), Mesos's own, and what the framework asked for in
 * CommandInfo. What only the containerizer knows (a container's address) it adds itself.
 */

import { formatDuration } from "@tavola/host";
import type { ExecutorInfo } from "@tavola/protocol";
import type { AgentConfig } from "./agent-config.ts";

export interface ExecutorPlace {
  readonly agentId: string;
  readonly frameworkId: string;
  /** The sandbox. */
  readonly directory: string;
  readonly isCheckpointing: boolean;
}

export function executorEnvironment(
  config: AgentConfig,
  info: ExecutorInfo,
  { agentId, frameworkId, directory, isCheckpointing }: ExecutorPlace,
): Record<string, string> {
  const common = commonEnvironmentOf(config);
  const environment: Record<string, string> = {
    ...common.always,
    ...(isCheckpointing ? common.whenCheckpointing : {}),
    MESOS_FRAMEWORK_ID: frameworkId,
    MESOS_EXECUTOR_ID: info.executor_id.value,
    MESOS_DIRECTORY: directory,
    MESOS_SANDBOX: directory,
    MESOS_SLAVE_ID: agentId,
    MESOS_CHECKPOINT: isCheckpointing ? "1" : "0",
  };
  const graceMs = shutdownGraceMs(info);
  if (graceMs !== undefined) {
    environment["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = formatDuration(graceMs);
  }
  for (const { name, value } of info.command?.environment?.variables ?? []) {
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

interface CommonEnvironment {
  readonly always: Readonly<Record<string, string>>;
  readonly whenCheckpointing: Readonly<Record<string, string>>;
}

/** PERF: what all executors share is put together once. */
const commonEnvironments = new WeakMap<AgentConfig, CommonEnvironment>();

function commonEnvironmentOf(config: AgentConfig): CommonEnvironment {
  const known = commonEnvironments.get(config);
  if (known !== undefined) return known;
  const { id, host, port } = config.upid;
  const common: CommonEnvironment = {
    always: {
      ...(config.executorEnvironment ?? config.inheritedEnvironment),
      LIBPROCESS_PORT: "0",
      MESOS_SLAVE_PID: `${id}@${host}:${port}`,
      MESOS_AGENT_ENDPOINT: `${host}:${port}`,
      MESOS_HTTP_COMMAND_EXECUTOR: "1",
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: formatDuration(config.executorShutdownGraceMs),
    },
    whenCheckpointing: {
      MESOS_RECOVERY_TIMEOUT: formatDuration(config.recoveryTimeoutMs),
      MESOS_SUBSCRIPTION_BACKOFF_MAX: formatDuration(config.executorReregistrationTimeoutMs),
    },
  };
  commonEnvironments.set(config, common);
  return common;
}

/** The executor's own shutdown grace period; undefined: the agent's default. */
export function shutdownGraceMs(info: ExecutorInfo): number | undefined {
  const nanoseconds = info.shutdown_grace_period?.nanoseconds;
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

/** An agent's own environment as executors may see it: without what configures the agent. */
export function inheritableEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const isOurs = name.startsWith("MESOS_") || name.startsWith("LIBPROCESS_");
    if (value !== undefined && (!isOurs || name === "LIBPROCESS_IP")) kept[name] = value;
  }
  return kept;
}
