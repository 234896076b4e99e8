/**
 * Whether the ports and times of a deploy's health check make sense.
 */

import type { Deploy } from "../model/deploy.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Rule, when } from "./rules.ts";

export const healthcheckRules = (config: SchedulerConfig): readonly Rule<Deploy>[] => [
  ({ healthcheck }) =>
    when(
      healthcheck?.portIndex !== undefined && healthcheck.portNumber !== undefined,
      "Can only specify one of portIndex or portNumber for healthchecks",
    ),
  ({ healthcheck }) =>
    when((healthcheck?.portIndex ?? 0) < 0, "healthcheckPortIndex cannot be negative"),
  (deploy) => portSentence(deploy, "healthcheckPortIndex", deploy.healthcheck?.portIndex),
  ({ loadBalancerPortIndex = 0 }) =>
    when(loadBalancerPortIndex < 0, "loadBalancerPortIndex must be greater than 0"),
  (deploy) => portSentence(deploy, "loadBalancerPortIndex", deploy.loadBalancerPortIndex),
  ({ healthcheck }) =>
    when(
      healthcheck !== undefined &&
        (healthcheck.uri ?? "") === "" &&
        healthcheck.healthcheckResultFilePath === undefined,
      "Must specify a uri or a healthcheck result file pathh when specifying health check parameters",
    ),
  ({ healthcheck, resources }) =>
    when(
      (healthcheck?.uri ?? "") !== "" &&
        (resources?.numPorts ?? 0) === 0 &&
        healthcheck?.portNumber === undefined,
      "Either an explicit port number, or port resources and port index must be specified to run healthchecks against a uri",
    ),
  ({ healthcheck }) =>
    when(
      healthcheck?.portNumber !== undefined &&
        !(healthcheck.portNumber > 0 && healthcheck.portNumber < 65536),
      "healthcheck portNumber must be between 1 and 65535",
    ),
  totalTimeSentence(config),
  ({ healthcheck }) => {
    const delay = healthcheck?.startupDelaySeconds;
    const most = config.health.killIfNotHealthyAfterSeconds;
    return when(
      delay !== undefined && delay >= most,
      `Health check startup delay time must be less than max health check run time ${most} (was ${delay})`,
    );
  },
  ...positiveSeconds,
  ({ healthcheck }) => {
    const share = healthcheck?.maxUnhealthyRestartShare;
    return when(
      share !== undefined && !(share >= 0 && share <= 1),
      `healthcheck maxUnhealthyRestartShare must be between 0 and 1, not ${share}`,
    );
  },
];

const positiveFields = [
  "startupTimeoutSeconds",
  "startupIntervalSeconds",
  "intervalSeconds",
  "responseTimeoutSeconds",
  "continuousIntervalSeconds",
  "continuousFailures",
] as const;

/** Zero seconds between two checks would be a loop without end. */
const positiveSeconds: readonly Rule<Deploy>[] = [
  ...positiveFields.map(
    (field): Rule<Deploy> =>
      ({ healthcheck }) =>
        when(
          healthcheck?.[field] !== undefined && !((healthcheck[field] ?? 0) > 0),
          `healthcheck ${field} must be greater than 0`,
        ),
  ),
  ({ healthcheck }) =>
    when(
      (healthcheck?.startupDelaySeconds ?? 0) < 0,
      "healthcheck startupDelaySeconds cannot be negative",
    ),
  ({ healthcheck }) =>
    when((healthcheck?.maxRetries ?? 0) < 0, "healthcheck maxRetries cannot be negative"),
  ({ deployHealthTimeoutSeconds: timeout }) =>
    when(
      timeout !== undefined && timeout <= 0,
      "deployHealthTimeoutSeconds must be greater than 0",
    ),
  ({ considerHealthyAfterRunningForSeconds: seconds = 0 }) =>
    when(seconds < 0, "considerHealthyAfterRunningForSeconds cannot be negative"),
];

/** The ports that a deploy names by index must be among those it asks for. */
function portSentence(
  { resources }: Deploy,
  name: string,
  index: number | undefined,
): string | undefined {
  return when(
    index !== undefined && resources !== undefined && resources.numPorts <= index,
    `Must request ${(index ?? 0) + 1} ports for ${name} ${index}, only requested ${resources?.numPorts}`,
  );
}

function totalTimeSentence({
  health,
  healthcheckMaxTotalTimeoutSeconds: most,
}: SchedulerConfig): Rule<Deploy> {
  return ({ healthcheck }) => {
    if (healthcheck === undefined || most === undefined) return undefined;
    const interval = healthcheck.intervalSeconds ?? health.intervalSeconds;
    const response = healthcheck.responseTimeoutSeconds ?? health.responseTimeoutSeconds;
    const startup = healthcheck.startupTimeoutSeconds ?? health.startupTimeoutSeconds;
    const attempts = (healthcheck.maxRetries ?? health.maxRetries ?? 0) + 1;
    return when(
      startup + (response + interval) * attempts >= most,
      `Max healthcheck time cannot be greater than ${most}, (was startup timeout: ${startup}, interval: ${interval}, attempts: ${attempts})`,
    );
  };
}
