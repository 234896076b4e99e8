/**
 * Container readings in the three forms in which they are asked for.
 */

import { type HttpRequest, type HttpResponse, jsonResponse, textResponse } from "@tavola/host";
import { type agent, ContainerStatus, ResourceStatistics } from "@tavola/protocol";
import type { ContainerReading, ContainerReadings } from "./container-readings.ts";
import { formatJsonModel, type JsonModel, messageModel } from "./json-model.ts";

/** `/monitor/statistics`: executors that could be read. */
export async function answerStatistics(
  readings: ContainerReadings,
  request: HttpRequest,
): Promise<HttpResponse> {
  const entries = (await readings.read()).flatMap((reading): JsonModel[] => {
    const { statistics } = reading;
    if (statistics === undefined) return [];
    const shown = messageModel(ResourceStatistics, statistics);
    return [{ ...executorModel(reading), statistics: shown }];
  });
  return jsonResponse(request, formatJsonModel(entries));
}

/** `/containers?container_id=` or `?framework_id=[&executor_id=]`. */
export async function answerContainers(
  readings: ContainerReadings,
  request: HttpRequest,
): Promise<HttpResponse> {
  const containerId = request.query.get("container_id");
  const frameworkId = request.query.get("framework_id");
  const executorId = request.query.get("executor_id");
  const isMixed = containerId !== null && (frameworkId !== null || executorId !== null);
  if (isMixed || (executorId !== null && frameworkId === null)) {
    return textResponse(
      400,
      "Supported query parameters are container_id only, framework_id only, or executor_id and framework_id only",
    );
  }
  const isAsked = ({ executor }: ContainerReading): boolean =>
    (containerId === null || executor.containerId === containerId) &&
    (frameworkId === null || executor.framework.id === frameworkId) &&
    (executorId === null || executor.id === executorId);
  const entries = (await readings.read()).filter(isAsked).map(containerModel);
  return jsonResponse(request, formatJsonModel(entries));
}

export async function getContainers(
  readings: ContainerReadings,
): Promise<agent.Response_GetContainers> {
  return { containers: (await readings.read()).map(containerMessage) };
}

function containerModel(reading: ContainerReading): JsonModel {
  const { executor, status, statistics } = reading;
  return {
    ...executorModel(reading),
    container_id: executor.containerId,
    status: status && messageModel(ContainerStatus, status),
    statistics: statistics && messageModel(ResourceStatistics, statistics),
  };
}

function executorModel({ executor }: ContainerReading): Readonly<Record<string, JsonModel>> {
  return {
    framework_id: executor.framework.id,
    executor_id: executor.id,
    executor_name: executor.info.name ?? "",
    source: executor.info.source ?? "",
  };
}

function containerMessage(reading: ContainerReading): agent.Response_GetContainers_Container {
  const { executor, status, statistics } = reading;
  const container: agent.Response_GetContainers_Container = {
    framework_id: { value: executor.framework.id },
    executor_id: { value: executor.id },
    executor_name: executor.info.name ?? "",
    container_id: { value: executor.containerId },
  };
  if (status !== undefined) container.container_status = status;
  if (statistics !== undefined) container.resource_statistics = statistics;
  return container;
}
