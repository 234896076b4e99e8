/**
 * How a single run is described: its resources, its artifacts, and what it does differently.
 */

import type { RunNowRequest } from "./actions.ts";
import type { MesosArtifact, S3UploaderFile, TaskResources } from "./deploy.ts";
import { type Fields, object, optional, required, withDefault } from "./fields.ts";
import type { RunOverrides } from "./run-overrides.ts";
import { decimal, list, mapOf, type Shape, text, truth, whole } from "./shape.ts";

export const taskResourcesShape: Shape<TaskResources> = object("Resources", {
  cpus: withDefault(decimal, 0),
  memoryMb: withDefault(decimal, 0),
  numPorts: withDefault(whole, 0),
  diskMb: withDefault(decimal, 0),
});

export const mesosArtifactShape: Shape<MesosArtifact> = object(
  "SingularityMesosArtifact",
  {
    uri: required(text),
    cache: withDefault(truth, false),
    executable: withDefault(truth, false),
    extract: withDefault(truth, true),
    outputFile: optional(text),
  },
  { shorthand: (json) => (typeof json === "string" ? { uri: json } : undefined) },
);

export const s3UploaderFileShape: Shape<S3UploaderFile> = object(
  "SingularityS3UploaderFile",
  {
    filename: optional(text),
    s3UploaderBucket: optional(text),
    s3UploaderKeyPattern: optional(text),
    s3UploaderFilenameHint: optional(text),
    directory: optional(text),
    s3StorageClass: optional(text),
    applyS3StorageClassAfterBytes: optional(whole),
    checkSubdirectories: optional(truth),
    compressBeforeUpload: optional(truth),
    checkIfOpen: optional(truth),
  },
  { shorthand: (json) => (typeof json === "string" ? { filename: json } : undefined) },
);

export const runOverrideFields: Fields<RunOverrides> = {
  runId: optional(text),
  skipHealthchecks: optional(truth),
  message: optional(text),
  resources: optional(taskResourcesShape),
  s3UploaderAdditionalFiles: optional(list(s3UploaderFileShape)),
  runAsUserOverride: optional(text),
  envOverrides: optional(mapOf(text)),
  requiredAgentAttributeOverrides: optional(mapOf(text), {
    also: ["requiredSlaveAttributeOverrides"],
  }),
  allowedAgentAttributeOverrides: optional(mapOf(text), {
    also: ["allowedSlaveAttributeOverrides"],
  }),
  extraArtifacts: optional(list(mesosArtifactShape)),
};

export const runNowRequestShape: Shape<RunNowRequest> = object("SingularityRunNowRequest", {
  ...runOverrideFields,
  commandLineArgs: optional(list(text)),
  runAt: optional(whole),
});
