/**
 * What was said of a single run: asked for, waiting and running, it is the same.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`).
 */

import type { MesosArtifact, S3UploaderFile, TaskResources } from "./deploy.ts";

export interface RunOverrides {
  readonly runId?: string;
  readonly skipHealthchecks?: boolean;
  readonly message?: string;
  readonly resources?: TaskResources;
  readonly s3UploaderAdditionalFiles?: readonly S3UploaderFile[];
  readonly runAsUserOverride?: string;
  readonly envOverrides?: Readonly<Record<string, string>>;
  readonly requiredAgentAttributeOverrides?: Readonly<Record<string, string>>;
  readonly allowedAgentAttributeOverrides?: Readonly<Record<string, string>>;
  readonly extraArtifacts?: readonly MesosArtifact[];
}
