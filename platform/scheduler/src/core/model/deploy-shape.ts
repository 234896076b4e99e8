/**
 * How deploys are read and written.
 *
 * Legacy fields are kept as they came, and what they mean is put in today's fields as well:
 * `healthcheckUri` and its kin become `healthcheck`, `deployInstanceCountPerStep` and its kin become
 * `canaryDeploySettings`, `labels` become `mesosLabels`. So nothing behind this looks at the old ones.
 */

import { containerInfoShape } from "./container-shape.ts";
import type {
  CanaryDeploySettings,
  Deploy,
  DeployDiscovery,
  DiscoveryPort,
  HealthcheckOptions,
  TaskLabel,
} from "./deploy.ts";
import { acceptanceModes, healthcheckProtocols } from "./enums.ts";
import { executorDataShape } from "./executor-shape.ts";
import { object, optional, required, withDefault } from "./fields.ts";
import {
  labelsSentence,
  mapOfLabels,
  understandCanary,
  understandHealthcheck,
  understandLabels,
} from "./legacy-deploy-fields.ts";
import {
  mesosArtifactShape,
  runNowRequestShape,
  s3UploaderFileShape,
  taskResourcesShape,
} from "./run-shape.ts";
import { anything, decimal, list, mapOf, oneOf, type Shape, text, truth, whole } from "./shape.ts";

export const taskLabelShape: Shape<TaskLabel> = object(
  "SingularityMesosTaskLabel",
  {
    key: required(text),
    value: optional(text),
  },
  { shorthand: (json) => (typeof json === "string" ? { key: json } : undefined) },
);

/** Singularity's words; OpenTable's Go client has constants for the first two, in lower case. */
const healthcheckProtocolShape = oneOf(healthcheckProtocols, { http: "HTTP", https: "HTTPS" });

export const healthcheckOptionsShape: Shape<HealthcheckOptions> = object("HealthcheckOptions", {
  uri: optional(text),
  portIndex: optional(whole),
  portNumber: optional(whole),
  protocol: optional(healthcheckProtocolShape),
  method: optional(oneOf(["GET", "POST"])),
  startupTimeoutSeconds: optional(whole),
  startupDelaySeconds: optional(whole),
  startupIntervalSeconds: optional(whole),
  intervalSeconds: optional(whole),
  responseTimeoutSeconds: optional(whole),
  maxRetries: optional(whole),
  failureStatusCodes: optional(list(whole)),
  healthcheckResultFilePath: optional(text),
  continuous: optional(truth),
  continuousIntervalSeconds: optional(whole),
  continuousFailures: optional(whole),
  maxUnhealthyRestartShare: optional(decimal),
});

export const canaryDeploySettingsShape: Shape<CanaryDeploySettings> = object(
  "CanaryDeploySettings",
  {
    enableCanaryDeploy: withDefault(truth, false),
    instanceGroupSize: withDefault(whole, 1),
    acceptanceMode: withDefault(oneOf(acceptanceModes), "NONE"),
    waitMillisBetweenGroups: withDefault(whole, 0),
    allowedTasksFailuresPerGroup: withDefault(whole, 0),
    canaryCycleCount: withDefault(whole, 3),
    acceptanceChecks: optional(list(text)),
  },
);

const discoveryPortShape: Shape<DiscoveryPort> = object("DiscoveryPort", {
  name: optional(text),
  protocol: optional(text),
  index: optional(whole),
  number: optional(whole),
});

const deployDiscoveryShape: Shape<DeployDiscovery> = object("DeployDiscovery", {
  name: optional(text),
  feature: optional(text),
  visibility: optional(oneOf(["FRAMEWORK", "CLUSTER", "EXTERNAL"] as const)),
  environment: optional(text),
  location: optional(text),
  version: optional(text),
  ports: optional(list(discoveryPortShape)),
  labels: optional(mapOf(text)),
  weight: optional(decimal),
});

export const deployShape: Shape<Deploy> = object(
  "SingularityDeploy",
  {
    requestId: required(text, { missing: "DeployRequest must have a non-null requestId" }),
    id: withDefault(text, ""),
    command: optional(text),
    arguments: optional(list(text)),
    containerInfo: optional(containerInfoShape),
    customExecutorCmd: optional(text),
    customExecutorId: optional(text),
    customExecutorSource: optional(text),
    customExecutorResources: optional(taskResourcesShape),
    resources: optional(taskResourcesShape),
    env: optional(mapOf(text)),
    taskEnv: optional(mapOf(mapOf(text))),
    runImmediately: optional(runNowRequestShape),
    uris: optional(list(mesosArtifactShape)),
    metadata: optional(mapOf(text)),
    executorData: optional(executorDataShape),
    version: optional(text),
    timestamp: optional(whole),
    mesosLabels: optional(list(taskLabelShape)),
    mesosTaskLabels: optional(mapOf(list(taskLabelShape))),
    deployHealthTimeoutSeconds: optional(whole),
    healthcheckUri: optional(text),
    healthcheckIntervalSeconds: optional(whole),
    healthcheckTimeoutSeconds: optional(whole),
    healthcheckPortIndex: optional(whole),
    healthcheckMaxRetries: optional(whole),
    healthcheckMaxTotalTimeoutSeconds: optional(whole),
    healthcheck: optional(healthcheckOptionsShape),
    serviceBasePath: optional(text),
    loadBalancerGroups: optional(list(text)),
    loadBalancerPortIndex: optional(whole),
    considerHealthyAfterRunningForSeconds: optional(whole),
    loadBalancerOptions: optional(mapOf(anything)),
    loadBalancerDomains: optional(list(text)),
    loadBalancerAdditionalRoutes: optional(list(text)),
    loadBalancerTemplate: optional(text),
    loadBalancerServiceIdOverride: optional(text),
    loadBalancerUpstreamGroup: optional(text),
    skipHealthchecksOnDeploy: optional(truth),
    healthCheckProtocol: optional(healthcheckProtocolShape, { also: ["healthcheckProtocol"] }),
    deployInstanceCountPerStep: optional(whole),
    deployStepWaitTimeMs: optional(whole),
    autoAdvanceDeploySteps: optional(truth),
    maxTaskRetries: optional(whole),
    shell: optional(truth),
    user: optional(text),
    s3UploaderAdditionalFiles: optional(list(s3UploaderFileShape)),
    canaryDeploySettings: optional(canaryDeploySettingsShape),
    watchAfterSuccessSeconds: optional(whole),
    minimumHealthyShare: optional(decimal),
    discovery: optional(deployDiscoveryShape),
  },
  {
    isCached: true,
    refuse: labelsSentence,
    understand: (json) => understandLabels(understandCanary(understandHealthcheck(json))),
    says: {
      labels: {
        schema: { type: "object", additionalProperties: { type: "string" } },
        format: ({ mesosLabels }) => mesosLabels && JSON.stringify(mapOfLabels(mesosLabels)),
      },
      taskLabels: {
        schema: {
          type: "object",
          additionalProperties: { type: "object", additionalProperties: { type: "string" } },
        },
        format: ({ mesosTaskLabels }) =>
          mesosTaskLabels &&
          JSON.stringify(
            Object.fromEntries(
              Object.entries(mesosTaskLabels).map(([instance, labels]) => [
                instance,
                mapOfLabels(labels),
              ]),
            ),
          ),
      },
    },
  },
);
