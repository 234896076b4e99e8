/**
 * How a deploy says in which container its tasks run.
 *
 * Defaults are Singularity's: ports as they are written (LITERAL), over tcp.
 */

import type {
  AppcImage,
  ContainerInfo,
  DockerImage,
  DockerInfo,
  DockerParameter,
  DockerPortMapping,
  DockerVolume,
  MesosImage,
  MesosInfo,
  NetworkInfo,
  PortMapping,
  Volume,
  VolumeSource,
} from "./deploy.ts";
import { object, optional, required, withDefault } from "./fields.ts";
import { isObject, list, mapOf, oneOf, type Shape, text, truth, whole } from "./shape.ts";

const dockerVolumeShape: Shape<DockerVolume> = object("SingularityDockerVolume", {
  driver: optional(text),
  name: optional(text),
  driverOptions: optional(mapOf(text)),
});

const volumeSourceShape: Shape<VolumeSource> = object("SingularityVolumeSource", {
  type: optional(oneOf(["UNKNOWN", "DOCKER_VOLUME"])),
  dockerVolume: optional(dockerVolumeShape),
});

const volumeShape: Shape<Volume> = object("SingularityVolume", {
  containerPath: required(text, { missing: "volume containerPath may not be null" }),
  hostPath: optional(text),
  mode: optional(oneOf(["RO", "RW"])),
  source: optional(volumeSourceShape),
});

const dockerPortMappingShape: Shape<DockerPortMapping> = object("SingularityDockerPortMapping", {
  containerPortType: withDefault(oneOf(["LITERAL", "FROM_OFFER"]), "LITERAL"),
  containerPort: withDefault(whole, 0),
  hostPortType: withDefault(oneOf(["LITERAL", "FROM_OFFER"]), "LITERAL"),
  hostPort: withDefault(whole, 0),
  protocol: withDefault(text, "tcp"),
});

const dockerParameterShape: Shape<DockerParameter> = object(
  "SingularityDockerParameter",
  {
    key: optional(text),
    value: optional(text),
  },
  {
    // `name=value`, as one types it after docker run.
    shorthand: (json) => (typeof json === "string" ? splitParameter(json) : undefined),
  },
);

function splitParameter(text: string): { readonly key: string; readonly value: string } {
  const at = text.indexOf("=");
  return at === -1
    ? { key: text, value: "" }
    : { key: text.slice(0, at), value: text.slice(at + 1) };
}

const dockerInfoShape: Shape<DockerInfo> = object(
  "SingularityDockerInfo",
  {
    image: required(text, { missing: "docker image may not be null" }),
    privileged: withDefault(truth, false),
    network: optional(oneOf(["BRIDGE", "HOST", "NONE"])),
    portMappings: optional(list(dockerPortMappingShape)),
    forcePullImage: optional(truth),
    parameters: optional(mapOf(text)),
    dockerParameters: optional(list(dockerParameterShape)),
  },
  {
    // `parameters` is the older form of `dockerParameters`.
    understand: (json) =>
      json.dockerParameters === undefined && isObject(json.parameters)
        ? {
            ...json,
            dockerParameters: Object.entries(json.parameters).map(([key, value]) => ({
              key,
              value,
            })),
          }
        : json,
  },
);

const appcImageShape: Shape<AppcImage> = object("SingularityAppcImage", {
  name: required(text),
  id: optional(text),
});

const dockerImageShape: Shape<DockerImage> = object("SingularityDockerImage", {
  name: required(text),
});

const mesosImageShape: Shape<MesosImage> = object("SingularityMesosImage", {
  type: required(oneOf(["APPC", "DOCKER"])),
  appc: optional(appcImageShape),
  docker: optional(dockerImageShape),
  cached: optional(truth),
});

const mesosInfoShape: Shape<MesosInfo> = object("SingularityMesosInfo", {
  image: optional(mesosImageShape),
});

const portMappingShape: Shape<PortMapping> = object("SingularityPortMapping", {
  hostPort: withDefault(whole, 0),
  containerPort: withDefault(whole, 0),
  protocol: optional(text),
});

const networkInfoShape: Shape<NetworkInfo> = object("SingularityNetworkInfo", {
  name: optional(text),
  groups: optional(list(text)),
  portMappings: optional(list(portMappingShape)),
});

export const containerInfoShape: Shape<ContainerInfo> = object("SingularityContainerInfo", {
  type: required(oneOf(["MESOS", "DOCKER"]), { missing: "Container type must not be null" }),
  volumes: optional(list(volumeShape)),
  docker: optional(dockerInfoShape),
  mesos: optional(mesosInfoShape),
  networkInfos: optional(list(networkInfoShape)),
});
