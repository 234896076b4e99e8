/**
 * What a deploy's older fields mean in today's.
 *
 *     healthcheckUri, …IntervalSeconds, …          healthcheck {uri, intervalSeconds, …}
 *     deployInstanceCountPerStep, …StepWaitTimeMs  canaryDeploySettings {instanceGroupSize, …}
 *     labels {k: v}, taskLabels {instance: {k: v}} mesosLabels [{key, value}], mesosTaskLabels
 *
 * Works on the JSON as it came, before it is read: a field of the wrong kind is passed on, so that the
 * reader names it. Today's field, where given, always counts. The source is SingularityDeploy's
 * constructor.
 */

import type { TaskLabel } from "./deploy.ts";
import { isObject } from "./shape.ts";

type Json = Readonly<Record<string, unknown>>;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

export function understandHealthcheck(json: Json): Json {
  if (!isGiven(json.healthcheckUri) || isGiven(json.healthcheck)) return json;
  return {
    ...json,
    healthcheck: {
      uri: json.healthcheckUri,
      portIndex: json.healthcheckPortIndex,
      protocol: json.healthCheckProtocol ?? json.healthcheckProtocol,
      intervalSeconds: json.healthcheckIntervalSeconds,
      responseTimeoutSeconds: json.healthcheckTimeoutSeconds,
      maxRetries: json.healthcheckMaxRetries,
    },
  };
}

export function understandCanary(json: Json): Json {
  if (isGiven(json.canaryDeploySettings)) return json;
  const groupSize = json.deployInstanceCountPerStep;
  const wait = json.deployStepWaitTimeMs;
  const isStepwise = isGiven(groupSize);
  return {
    ...json,
    canaryDeploySettings: {
      enableCanaryDeploy: isStepwise,
      ...(isStepwise ? { instanceGroupSize: groupSize } : {}),
      ...(isGiven(wait) && (isStepwise || isGiven(json.maxTaskRetries))
        ? { acceptanceMode: "TIMED", waitMillisBetweenGroups: wait }
        : {}),
      ...(isGiven(json.maxTaskRetries)
        ? { allowedTasksFailuresPerGroup: json.maxTaskRetries }
        : {}),
    },
  };
}

export function understandLabels(json: Json): Json {
  const fromMap = isObject(json.labels) && !isGiven(json.mesosLabels);
  const fromTaskMap = isObject(json.taskLabels) && !isGiven(json.mesosTaskLabels);
  return {
    ...json,
    ...(fromMap ? { mesosLabels: listOfLabels(json.labels) } : {}),
    ...(fromTaskMap && isObject(json.taskLabels)
      ? {
          mesosTaskLabels: Object.fromEntries(
            Object.entries(json.taskLabels).map(([key, labels]) => [key, listOfLabels(labels)]),
          ),
        }
      : {}),
  };
}

/** Both forms may be given where they say the same. Singularity's sentences. */
export function labelsSentence(json: Json): string | undefined {
  const { labels, mesosLabels, taskLabels, mesosTaskLabels } = json;
  if (isOtherwise(labels, mesosLabels)) return "Can only specify one of 'labels' or 'mesosLabels";
  if (!isObject(taskLabels) || !isObject(mesosTaskLabels)) return undefined;
  const isOdd = Object.entries(taskLabels).some(([instance, ofInstance]) =>
    isOtherwise(ofInstance, mesosTaskLabels[instance] ?? []),
  );
  return isOdd ? "Can only specify one of 'taskLabels' or 'mesosTaskLabels" : undefined;
}

function isOtherwise(map: unknown, list: unknown): boolean {
  if (!isObject(map) || !Array.isArray(list)) return false;
  const labels = list.filter(isObject);
  const isListed = ([key, value]: readonly [string, unknown]) =>
    labels.some((label) => label.key === key && String(label.value ?? "") === String(value ?? ""));
  return (
    !Object.entries(map).every(isListed) ||
    !labels.every(({ key }) => typeof key !== "string" || Object.hasOwn(map, key))
  );
}

function listOfLabels(labels: unknown): unknown {
  if (!isObject(labels)) return labels;
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}

/** The older form: a label without a value has the empty one. */
export function mapOfLabels(labels: readonly TaskLabel[]): Readonly<Record<string, string>> {
  return Object.fromEntries(labels.map(({ key, value }) => [key, value ?? ""]));
}
