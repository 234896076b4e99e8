/**
 * What the agent tells an executor through its environment.
 *
 * Owns the names (`MESOS_*`, as Mesos's executor API documentation lists them) and their validation.
 * Reads no environment by itself.
 */

import type { Result } from "@tavola/base";
import { parseDuration } from "@tavola/host";

export interface ExecutorEnvironment {
  readonly frameworkId: string;
  readonly executorId: string;
  /** Base URL of the agent, without a trailing slash. */
  readonly agentUrl: string;
  /** The sandbox: MESOS_SANDBOX, or MESOS_DIRECTORY where that is all there is. */
  readonly sandbox: string | undefined;
  /** Whether the executor outlives a restart of its agent. */
  readonly checkpoint: boolean;
  /** How long to look for an agent that is gone before giving up, when it checkpoints. */
  readonly recoveryTimeoutMs: number;
  readonly subscriptionBackoffMsMax: number;
  /** Between SHUTDOWN and being killed. */
  readonly shutdownGraceMs: number;
  /** For the Authorization header, where the agent asks for it. */
  readonly authenticationToken: string | undefined;
}

const defaults = {
  recoveryTimeoutMs: 15 * 60_000,
  subscriptionBackoffMsMax: 2000,
  shutdownGraceMs: 5000,
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The error names the variable and what was wanted. */
export function parseExecutorEnvironment(environment: Environment): Result<ExecutorEnvironment> {
  const missing = ["MESOS_FRAMEWORK_ID", "MESOS_EXECUTOR_ID", "MESOS_AGENT_ENDPOINT"].filter(
    (name) => (environment[name] ?? "") === "",
  );
  if (missing.length > 0) {
    return {
      error: `${missing.join(", ")} not set; an executor is started by an agent, which sets it`,
    };
  }
  const endpoint = environment["MESOS_AGENT_ENDPOINT"] as string;
  if (!/^[^/\s@]+:\d{1,5}$/.test(endpoint)) {
    return { error: `MESOS_AGENT_ENDPOINT is "${endpoint}"; wanted HOST:PORT` };
  }
  const durations: Record<string, number> = {};
  for (const [name, fallbackMs] of [
    ["MESOS_RECOVERY_TIMEOUT", defaults.recoveryTimeoutMs],
    ["MESOS_SUBSCRIPTION_BACKOFF_MAX", defaults.subscriptionBackoffMsMax],
    ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", defaults.shutdownGraceMs],
  ] as const) {
    const text = environment[name];
    const parsed = text === undefined ? { value: fallbackMs } : parseDuration(text);
    if (parsed.error !== undefined)
      return { error: `${name} is "${text}"; wanted a duration such as 5secs` };
    durations[name] = parsed.value;
  }
  return {
    value: {
      frameworkId: environment["MESOS_FRAMEWORK_ID"] as string,
      executorId: environment["MESOS_EXECUTOR_ID"] as string,
      agentUrl: `http://${endpoint}`,
      sandbox: environment["MESOS_SANDBOX"] ?? environment["MESOS_DIRECTORY"],
      checkpoint: environment["MESOS_CHECKPOINT"] === "1",
      recoveryTimeoutMs: durations["MESOS_RECOVERY_TIMEOUT"] as number,
      subscriptionBackoffMsMax: durations["MESOS_SUBSCRIPTION_BACKOFF_MAX"] as number,
      shutdownGraceMs: durations["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] as number,
      authenticationToken: environment["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"],
    },
  };
}
