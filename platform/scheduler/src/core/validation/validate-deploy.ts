/**
 * Whether a deploy of a request may be as it was posted.
 *
 * Owns the rules about the deploy as a whole and its command; those about its health check, container
 * and artifacts are in `healthcheck-rules.ts`, `container-rules.ts` and `artifact-rules.ts`.
 */

import { type Instant, type Random, randomInt } from "@tavola/base";
import type { Deploy } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Outcome, refused } from "../turn.ts";
import { discoveryRules } from "./announce-rules.ts";
import { artifactRules } from "./artifact-rules.ts";
import { canaryRules } from "./canary-rules.ts";
import { containerRules } from "./container-rules.ts";
import { environmentSentence } from "./environment-rules.ts";
import { healthcheckRules } from "./healthcheck-rules.ts";
import { quotaSentence } from "./resource-quotas.ts";
import { type Rule, refuseBy, when } from "./rules.ts";
import { fillRunNow, isRunnable, notRunnableSentence } from "./validate-run-now.ts";

export interface DeployContext {
  readonly config: SchedulerConfig;
  readonly now: Instant;
  readonly random: Random;
  readonly request: Request;
  /** Whether the request has, or ever had, a deploy of that id. */
  readonly isKnown: (deployId: string) => boolean;
}

/** The deploy with its id and its run id; refused with 400. */
export function validateDeploy(posted: Deploy, context: DeployContext): Outcome<Deploy> {
  const { config, request } = context;
  if (posted.id === "" && !config.createDeployIds) return refused(400, "Id must not be null");
  const deploy = posted.id === "" ? { ...posted, id: newDeployId(context) } : posted;
  const refusal = refuseBy(deploy, [
    ...identityRules(config, request),
    ({ env }) => environmentSentence(env),
    ...commandRules,
    (each) => quotaSentence(request, each, config),
    ...healthcheckRules(config),
    ...executionRules,
    ...containerRules(config),
    ...artifactRules(config),
    ...canaryRules,
    ...discoveryRules,
    ({ id }) => when(context.isKnown(id), "Can not deploy a deploy that has already been deployed"),
  ]);
  if (refusal !== undefined) return refusal;
  if (deploy.runImmediately === undefined) return { value: deploy };
  if (!isRunnable(request)) return refused(400, notRunnableSentence(request));
  const run = fillRunNow(deploy.runImmediately, { ...context, deploy });
  if (run.refusal !== undefined) return run;
  return { value: { ...deploy, runImmediately: run.value } };
}

function newDeployId({ config, random }: DeployContext): string {
  const digit = () => randomInt(random, 16).toString(16);
  return Array.from({ length: config.deployIdLength }, digit).join("");
}

const identityRules = (config: SchedulerConfig, request: Request): readonly Rule<Deploy>[] => [
  ({ id }) =>
    when(
      !/^[a-zA-Z0-9_.]+$/.test(id),
      "Id cannot be null or contain characters other than [a-zA-Z0-9_.]",
    ),
  ({ id }) =>
    when(
      id.length > config.maxDeployIdSize,
      `Deploy id must be ${config.maxDeployIdSize} characters or less, it is ${id.length} (${id})`,
    ),
  ({ requestId }) => when(requestId !== request.id, "Deploy id must match request id"),
  (deploy) =>
    when(
      request.loadBalanced === true &&
        config.loadBalancerUri !== undefined &&
        (deploy.loadBalancerGroups ?? []).length === 0,
      "Deploy for a loadBalanced request must include at least one load balancer group",
    ),
  (deploy) =>
    when(
      request.loadBalanced === true &&
        config.loadBalancerUri !== undefined &&
        deploy.serviceBasePath === undefined,
      "Deploy for a loadBalanced request must include a service base path",
    ),
];

const commandRules: readonly Rule<Deploy>[] = [
  ({ command = "" }) =>
    when(command.includes("STARTED_BY_USER"), "Cannot override STARTED_BY_USER in command"),
  ({ arguments: args = [] }) =>
    when(
      args.some((arg) => arg.includes("STARTED_BY_USER")),
      "Cannot override STARTED_BY_USER in arguments",
    ),
];

const executionRules: readonly Rule<Deploy>[] = [
  ({ command, executorData, customExecutorCmd, containerInfo }) => {
    const isCommand = command !== undefined && executorData === undefined;
    const isExecutor =
      executorData !== undefined && customExecutorCmd !== undefined && command === undefined;
    return when(
      !isCommand && !isExecutor && containerInfo === undefined,
      "If not using custom executor, specify a command or containerInfo. If using custom executor, specify executorData and customExecutorCmd and no command.",
    );
  },
];
