/**
 * How one task is to be checked: a deploy's options, older spellings included, over the settings.
 *
 * A plan holds no choice any more, and milliseconds only. It says nothing about where the task is
 * (`health-target.ts`) nor whether it is checked at all (`health-telling.ts`).
 */

import { secondMs } from "@tavola/base";
import type { Deploy, HealthcheckOptions } from "../model/deploy.ts";
import type { HealthcheckProtocol } from "../model/enums.ts";
import type { HealthSettings } from "./health-settings.ts";

export interface HealthPlan {
  /** With its leading slash. Absent: the deploy's check names none, so every check fails saying so. */
  readonly path?: string;
  readonly protocol: HealthcheckProtocol;
  readonly method: "GET" | "POST";
  /** A fixed port; else the task's port of that index. */
  readonly portNumber?: number;
  readonly portIndex: number;
  readonly startupDelayMs?: number;
  readonly startupTimeoutMs: number;
  readonly startupIntervalMs: number;
  readonly intervalMs: number;
  readonly responseTimeoutMs: number;
  readonly retriesMax?: number;
  readonly failureStatusCodes: readonly number[];
  /** From TASK_RUNNING. */
  readonly firstSuccessWithinMs: number;
  /** Absent: checks end with the first success. */
  readonly continuous?: ContinuousPlan;
}

export interface ContinuousPlan {
  readonly intervalMs: number;
  /** Failures in a row; at least 1. */
  readonly failuresMax: number;
}

export interface PlanContext {
  readonly settings: HealthSettings;
  /** The task belongs to a deploy that is still to be decided: it has less time. */
  readonly isDeployPending: boolean;
}

/** The `healthcheck` of a deploy, or what its older fields say; undefined when it has none. */
export function healthcheckOf(deploy: Deploy): HealthcheckOptions | undefined {
  if (deploy.healthcheck !== undefined) return deploy.healthcheck;
  if (deploy.healthcheckUri === undefined) return undefined;
  return {
    uri: deploy.healthcheckUri,
    ...defined("portIndex", deploy.healthcheckPortIndex),
    ...defined("protocol", deploy.healthCheckProtocol),
    ...defined("intervalSeconds", deploy.healthcheckIntervalSeconds),
    ...defined("responseTimeoutSeconds", deploy.healthcheckTimeoutSeconds),
    ...defined("maxRetries", deploy.healthcheckMaxRetries),
  };
}

export function healthPlanOf(deploy: Deploy, context: PlanContext): HealthPlan | undefined {
  const options = healthcheckOf(deploy);
  if (options === undefined) return undefined;
  const { settings, isDeployPending } = context;
  const retriesMax = options.maxRetries ?? settings.maxRetries;
  const startupDelaySeconds = options.startupDelaySeconds ?? settings.startupDelaySeconds;
  const continuous = continuousPlanOf(options, settings);
  const withinSeconds = isDeployPending
    ? checkingSecondsMax(deploy, settings)
    : settings.killIfNotHealthyAfterSeconds;
  return {
    ...defined("path", options.uri?.replace(/^\/?/, "/")),
    protocol: options.protocol ?? "HTTP",
    method: options.method ?? "GET",
    ...defined("portNumber", options.portNumber),
    portIndex: options.portIndex ?? 0,
    ...(startupDelaySeconds !== undefined && { startupDelayMs: startupDelaySeconds * secondMs }),
    startupTimeoutMs: (options.startupTimeoutSeconds ?? settings.startupTimeoutSeconds) * secondMs,
    startupIntervalMs:
      (options.startupIntervalSeconds ?? settings.startupIntervalSeconds) * secondMs,
    intervalMs: intervalSecondsOf(options, settings) * secondMs,
    responseTimeoutMs: responseSecondsOf(options, settings) * secondMs,
    ...defined("retriesMax", retriesMax),
    failureStatusCodes: options.failureStatusCodes ?? settings.failureStatusCodes,
    firstSuccessWithinMs: withinSeconds * secondMs,
    ...defined("continuous", continuous),
  };
}

/** How long a deploy's checks of one task may take at most, from TASK_RUNNING. 0 when it has none. */
export function checkingSecondsMax(deploy: Deploy, settings: HealthSettings): number {
  const options = healthcheckOf(deploy);
  if (options === undefined) return 0;
  // Differs: Singularity reads this older option and then never asks for it.
  if (deploy.healthcheck === undefined && deploy.healthcheckMaxTotalTimeoutSeconds !== undefined) {
    return deploy.healthcheckMaxTotalTimeoutSeconds;
  }
  const startup = options.startupTimeoutSeconds ?? settings.startupTimeoutSeconds;
  const attempts = (options.maxRetries ?? settings.maxRetries ?? 0) + 1;
  const each = intervalSecondsOf(options, settings) + responseSecondsOf(options, settings);
  return startup + each * attempts;
}

function continuousPlanOf(
  options: HealthcheckOptions,
  settings: HealthSettings,
): ContinuousPlan | undefined {
  if (!(options.continuous ?? settings.continuous)) return undefined;
  const seconds = options.continuousIntervalSeconds ?? intervalSecondsOf(options, settings);
  return {
    intervalMs: Math.max(seconds, settings.continuousIntervalSecondsMin) * secondMs,
    failuresMax: Math.max(1, options.continuousFailures ?? settings.continuousFailures),
  };
}

function intervalSecondsOf(options: HealthcheckOptions, settings: HealthSettings): number {
  return options.intervalSeconds ?? settings.intervalSeconds;
}

function responseSecondsOf(options: HealthcheckOptions, settings: HealthSettings): number {
  return options.responseTimeoutSeconds ?? settings.responseTimeoutSeconds;
}

function defined<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: V });
}
