/**
 * How what was said to Mesos about a task is given.
 *
 * Fields that no table names are kept in `otherFields` and given back beside the named ones.
 */

import { object, optional, required } from "./fields.ts";
import { anything, decimal, list, mapOf, type Shape, text, whole } from "./shape.ts";
import type {
  MesosExecutorInfo,
  MesosLabels,
  MesosOfferObject,
  MesosParameter,
  MesosRangeObject,
  MesosRangesObject,
  MesosResourceObject,
  MesosScalarObject,
  MesosStringValue,
  MesosTaskObject,
} from "./task.ts";

const mesosStringValueShape: Shape<MesosStringValue> = object("MesosStringValue", {
  value: required(text),
});

const mesosExecutorInfoShape: Shape<MesosExecutorInfo> = object(
  "MesosExecutorInfo",
  {
    executorId: optional(mesosStringValueShape),
    otherFields: optional(mapOf(anything)),
  },
  { rest: "otherFields" },
);

const mesosParameterShape: Shape<MesosParameter> = object("MesosParameter", {
  key: optional(text),
  value: optional(text),
});

const mesosLabelsShape: Shape<MesosLabels> = object("MesosLabels", {
  labels: optional(list(mesosParameterShape)),
});

const mesosRangeObjectShape: Shape<MesosRangeObject> = object("MesosRangeObject", {
  begin: optional(whole),
  end: optional(whole),
});

const mesosScalarObjectShape: Shape<MesosScalarObject> = object("MesosScalarObject", {
  value: required(decimal),
});

const mesosRangesObjectShape: Shape<MesosRangesObject> = object("MesosRangesObject", {
  range: optional(list(mesosRangeObjectShape)),
});

const mesosResourceObjectShape: Shape<MesosResourceObject> = object(
  "MesosResourceObject",
  {
    name: optional(text),
    type: optional(text),
    scalar: optional(mesosScalarObjectShape),
    ranges: optional(mesosRangesObjectShape),
    otherFields: optional(mapOf(anything)),
  },
  { rest: "otherFields" },
);

export const mesosTaskObjectShape: Shape<MesosTaskObject> = object(
  "MesosTaskObject",
  {
    taskId: optional(mesosStringValueShape),
    executor: optional(mesosExecutorInfoShape),
    labels: optional(mesosLabelsShape),
    agentId: optional(mesosStringValueShape, { also: ["slaveId"] }),
    resources: optional(list(mesosResourceObjectShape)),
    name: optional(text),
    otherFields: optional(mapOf(anything)),
  },
  { rest: "otherFields" },
);

export const mesosOfferObjectShape: Shape<MesosOfferObject> = object(
  "MesosOfferObject",
  {
    agentId: optional(mesosStringValueShape, { also: ["slaveId"] }),
    frameworkId: optional(mesosStringValueShape),
    hostname: optional(text),
    id: optional(mesosStringValueShape),
    otherFields: optional(mapOf(anything)),
  },
  { rest: "otherFields" },
);
