/**
 * How a deploy for a custom executor names its artifacts, limits and logs.
 */

import type {
  EmbeddedArtifact,
  ExecutorData,
  ExternalArtifact,
  S3Artifact,
  S3ArtifactSignature,
} from "./deploy.ts";
import { object, optional, required } from "./fields.ts";
import { list, mapOf, oneOf, type Shape, text, truth, whole } from "./shape.ts";

const embeddedArtifactShape: Shape<EmbeddedArtifact> = object("EmbeddedArtifact", {
  name: optional(text),
  filename: optional(text),
  md5sum: optional(text),
  /** Base64, as Jackson writes bytes; the OpenAPI file of Singularity calls it a list. */
  content: optional(text),
  targetFolderRelativeToTask: optional(text),
});

const externalArtifactShape: Shape<ExternalArtifact> = object("ExternalArtifact", {
  name: optional(text),
  filename: optional(text),
  md5sum: optional(text),
  url: optional(text),
  filesize: optional(whole),
  targetFolderRelativeToTask: optional(text),
  isArtifactList: optional(truth),
});

const s3ArtifactShape: Shape<S3Artifact> = object("S3Artifact", {
  name: optional(text),
  filename: optional(text),
  md5sum: optional(text),
  filesize: optional(whole),
  s3Bucket: optional(text),
  s3ObjectKey: optional(text),
  targetFolderRelativeToTask: optional(text),
  isArtifactList: optional(truth),
});

const s3ArtifactSignatureShape: Shape<S3ArtifactSignature> = object("S3ArtifactSignature", {
  name: optional(text),
  filename: optional(text),
  md5sum: optional(text),
  filesize: optional(whole),
  s3Bucket: optional(text),
  s3ObjectKey: optional(text),
  artifactFilename: optional(text),
  targetFolderRelativeToTask: optional(text),
  isArtifactList: optional(truth),
});

export const executorDataShape: Shape<ExecutorData> = object("ExecutorData", {
  cmd: required(text),
  embeddedArtifacts: optional(list(embeddedArtifactShape)),
  externalArtifacts: optional(list(externalArtifactShape)),
  s3Artifacts: optional(list(s3ArtifactShape)),
  successfulExitCodes: optional(list(whole)),
  user: optional(text),
  runningSentinel: optional(text),
  extraCmdLineArgs: optional(list(text)),
  loggingTag: optional(text),
  loggingExtraFields: optional(mapOf(text)),
  sigKillProcessesAfterMillis: optional(whole),
  maxTaskThreads: optional(whole),
  preserveTaskSandboxAfterFinish: optional(truth),
  maxOpenFiles: optional(whole),
  skipLogrotateAndCompress: optional(truth),
  s3ArtifactSignatures: optional(list(s3ArtifactSignatureShape)),
  logrotateFrequency: optional(oneOf(["HOURLY", "DAILY", "WEEKLY", "MONTHLY"])),
});
