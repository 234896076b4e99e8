/**
 * The container a task runs in, where its deploy asks for one: image, volumes, networks, and which of
 * its ports are mapped to what.
 */

import type {
  ContainerInfo_DockerInfo,
  ContainerInfo_DockerInfo_PortMapping,
  Image,
  ContainerInfo as MesosContainerInfo,
  NetworkInfo as MesosNetworkInfo,
  Volume as MesosVolume,
} from "@tavola/protocol";
import type {
  ContainerInfo,
  DockerInfo,
  DockerPortMapping,
  MesosImage,
  NetworkInfo,
  Volume,
} from "../model/deploy.ts";
import type { TaskRecord } from "../records.ts";
import { listed } from "./listed.ts";
import { fillIn } from "./task-environment.ts";
import type { LaunchSettings, LaunchSubject } from "./task-info.ts";

export function taskContainer(subject: LaunchSubject): MesosContainerInfo | undefined {
  const { task, deploy, settings } = subject;
  const wanted = deploy.containerInfo;
  if (wanted === undefined) return undefined;
  const { type, docker, mesos, volumes = [], networkInfos = [] } = wanted;
  return {
    type,
    ...(docker === undefined ? {} : { docker: dockerOf(docker, task.ports, settings) }),
    ...(mesos === undefined ? {} : { mesos: mesosOf(mesos) }),
    ...listed("volumes", volumes, (all) => all.map((volume) => volumeOf(volume, task))),
    ...listed("network_infos", networkInfos, (all) =>
      all.map((info) => networkOf(info, task.ports)),
    ),
  };
}

function dockerOf(
  docker: DockerInfo,
  ports: readonly number[],
  settings: LaunchSettings,
): ContainerInfo_DockerInfo {
  const { image, network, portMappings = [], dockerParameters = [], parameters = {} } = docker;
  const all = [
    ...Object.entries(parameters).map(([key, value]) => ({ key, value })),
    ...dockerParameters.map(({ key = "", value = "" }) => ({ key, value })),
  ];
  const isOneToOne =
    settings.defaultPortMapping && network === "BRIDGE" && portMappings.length === 0;
  const mappings = isOneToOne
    ? ports.map((port) => ({ host_port: port, container_port: port }))
    : portMappings.flatMap((mapping) => mappingOf(mapping, ports) ?? []);
  return {
    image,
    privileged: docker.privileged,
    force_pull_image: docker.forcePullImage ?? false,
    ...(network === undefined ? {} : { network }),
    ...listed("port_mappings", mappings, (values) => values),
    ...listed("parameters", all, (values) => values),
  };
}

function mappingOf(
  mapping: DockerPortMapping,
  ports: readonly number[],
): ContainerInfo_DockerInfo_PortMapping | undefined {
  const { containerPort, containerPortType, hostPort, hostPortType, protocol = "tcp" } = mapping;
  const resolve = (port: number, type: DockerPortMapping["hostPortType"]): number | undefined =>
    type === "FROM_OFFER" ? ports[port] : port;
  const host = resolve(hostPort, hostPortType);
  const container = resolve(containerPort, containerPortType);
  if (host === undefined || container === undefined) return undefined;
  return { host_port: host, container_port: container, protocol };
}

function mesosOf({ image }: NonNullable<ContainerInfo["mesos"]>): { readonly image?: Image } {
  return image === undefined ? {} : { image: imageOf(image) };
}

function imageOf({ type, appc, docker, cached }: MesosImage): Image {
  return {
    type,
    ...(appc === undefined
      ? {}
      : { appc: { name: appc.name, ...(appc.id === undefined ? {} : { id: appc.id }) } }),
    ...(docker === undefined ? {} : { docker: { name: docker.name } }),
    ...(cached === undefined ? {} : { cached }),
  };
}

function volumeOf(
  { containerPath, hostPath, mode = "RO", source }: Volume,
  task: TaskRecord,
): MesosVolume {
  const { driver, name, driverOptions = {} } = source?.dockerVolume ?? {};
  const options = Object.entries(driverOptions).map(([key, value]) => ({ key, value }));
  return {
    container_path: fillIn(containerPath, task),
    mode,
    ...(hostPath === undefined ? {} : { host_path: fillIn(hostPath, task) }),
    ...(source?.dockerVolume === undefined
      ? {}
      : {
          source: {
            type: source.type ?? "DOCKER_VOLUME",
            docker_volume: {
              // %i: a volume for each instance.
              name: (name ?? "").replaceAll("%i", String(task.taskId.instanceNo)),
              ...(driver === undefined ? {} : { driver }),
              ...listed("driver_options", options, (parameter) => ({ parameter })),
            },
          },
        }),
  };
}

function networkOf(
  { name, groups = [], portMappings }: NetworkInfo,
  ports: readonly number[],
): MesosNetworkInfo {
  const oneToOne = ports.flatMap((port) =>
    ["tcp", "udp"].map((protocol) => ({ host_port: port, container_port: port, protocol })),
  );
  const mapped = portMappings?.map(({ hostPort, containerPort, protocol }) => ({
    // A small number counts the task's own ports.
    host_port: ports[hostPort] ?? hostPort,
    container_port: ports[containerPort] ?? containerPort,
    ...(protocol === undefined ? {} : { protocol }),
  }));
  return {
    ...(name === undefined ? {} : { name }),
    ...listed("groups", groups, (values) => values),
    ...listed("port_mappings", mapped ?? oneToOne, (values) => values),
  };
}
