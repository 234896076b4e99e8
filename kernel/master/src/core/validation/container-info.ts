/**
 * ContainerInfo: volumes, and what Docker is told.
 */

import type { ContainerInfo, Volume, Volume_Source } from "@tavola/protocol";

export function validateContainerInfo(container: ContainerInfo): string | undefined {
  for (const volume of container.volumes ?? []) {
    const error = validateVolume(volume);
    if (error !== undefined) return `Invalid volume: ${error}`;
  }
  if (container.type !== "DOCKER") return undefined;
  if (!container.docker) return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
  const isNamed = (container.docker.parameters ?? []).some(({ key }) => key === "name");
  return isNamed ? "Parameter in DockerInfo must not be 'name'" : undefined;
}

function validateVolume(volume: Volume): string | undefined {
  const set = [volume.host_path, volume.image, volume.source].filter((one) => one !== undefined);
  if (set.length !== 1) return "Only one of them should be set: 'host_path', 'image' and 'source'";
  return volume.source === undefined ? undefined : validateSource(volume.source);
}

function validateSource(source: Volume_Source): string | undefined {
  switch (source.type) {
    case "DOCKER_VOLUME":
      if (source.docker_volume) return undefined;
      return "'source.docker_volume' is not set for DOCKER_VOLUME volume";
    case "HOST_PATH":
      return source.host_path ? undefined : "'source.host_path' is not set for HOST_PATH volume";
    case "SANDBOX_PATH":
      if (source.sandbox_path) return undefined;
      return "'source.sandbox_path' is not set for SANDBOX_PATH volume";
    case "SECRET":
      return source.secret ? undefined : "'source.secret' is not set for SECRET volume";
    case "CSI_VOLUME":
      if (!source.csi_volume) return "'source.csi_volume' is not set for CSI volume";
      if (source.csi_volume.static_provisioning) return undefined;
      return "'source.csi_volume.static_provisioning' is not set for CSI volume";
    default:
      return "'source.type' is unknown";
  }
}
