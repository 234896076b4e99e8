/**
 * Whether a deploy's container can be started with the ports that the deploy asks for.
 */

import type { Deploy, DockerPortMapping } from "../model/deploy.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Rule, when } from "./rules.ts";

export const containerRules = ({
  validDockerRegistries: registries,
}: SchedulerConfig): readonly Rule<Deploy>[] => [
  (deploy) =>
    portMappings(deploy)
      .map((mapping) => mappingSentence(mapping, deploy.resources?.numPorts ?? 0))
      .find((sentence) => sentence !== undefined),
  ({ containerInfo }) => {
    const image = containerInfo?.docker?.image;
    if (image === undefined || registries === undefined || registries.length === 0) {
      return undefined;
    }
    return when(
      !registries.includes(registryOf(image)),
      `${image} does not point to an allowed docker registry. Must be one of: [${registries.join(", ")}]`,
    );
  },
];

function portMappings({ containerInfo, resources }: Deploy): readonly DockerPortMapping[] {
  if (containerInfo?.type !== "DOCKER" || resources === undefined) return [];
  return containerInfo.docker?.portMappings ?? [];
}

function mappingSentence(mapping: DockerPortMapping, numPorts: number): string | undefined {
  const isOutside = (index: number) => index < 0 || index >= numPorts;
  const range = `must be between 0 and ${numPorts - 1} (inclusive)`;
  return (
    when(
      mapping.containerPortType === "FROM_OFFER" && isOutside(mapping.containerPort),
      `Index of port resource for containerPort ${range}`,
    ) ??
    when(
      mapping.hostPortType === "FROM_OFFER" && isOutside(mapping.hostPort),
      `Index of port resource for hostPort ${range}`,
    )
  );
}

/** `registry:5000` of `registry:5000/team/app@sha256:…`; "" when the name has none, as Docker reads it. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : "";
}
