/**
 * Where only signed artifacts are allowed: every artifact of a deploy must have a signature.
 */

import type { Deploy, ExecutorData } from "../model/deploy.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Rule, when } from "./rules.ts";

export const artifactRules = ({
  enforceSignedArtifacts,
}: SchedulerConfig): readonly Rule<Deploy>[] => (enforceSignedArtifacts ? signedOnly : []);

const signedOnly: readonly Rule<Deploy>[] = [
  ({ uris = [] }) =>
    when(uris.length > 0, "Only signed artifacts are allowed, cannot specify artifact uri"),
  ({ executorData }) =>
    when(
      (executorData?.embeddedArtifacts ?? []).length > 0,
      "Only signed artifacts are allowed, cannot specify embedded artifacts",
    ),
  ({ executorData }) =>
    when(
      (executorData?.externalArtifacts ?? []).length > 0,
      "Only signed artifacts are allowed, cannot specify external artifacts",
    ),
  ({ executorData }) => {
    const unsigned = unsignedArtifacts(executorData);
    return when(
      unsigned.length > 0,
      `Only signed artifacts are allowed. unsigned artifacts provided: [${unsigned.join(", ")}]`,
    );
  },
];

function unsignedArtifacts(data: ExecutorData | undefined): readonly string[] {
  const signed = new Set((data?.s3ArtifactSignatures ?? []).map((each) => each.artifactFilename));
  return (data?.s3Artifacts ?? [])
    .filter(({ filename }) => !signed.has(filename))
    .map(({ name, filename }) => name ?? filename ?? "");
}
