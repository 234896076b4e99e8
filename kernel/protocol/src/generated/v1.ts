// Generated from proto/ by tools/generate-protocol.ts; edit those, then `npm run generate`.

import { type EnumType, enumeration, type MessageType, message } from "../message-type.ts";

/** Where something listens. At least one of `hostname` and `ip` is set. */
export interface Address {
  hostname?: string;
  ip?: string;
  port: number;
}
export const Address: MessageType<Address> = message("mesos.v1.Address", () => [
  [1, "hostname", "string", "optional"],
  [2, "ip", "string", "optional"],
  [3, "port", "int32", "required"],
]);

/** Given by the master at registration: `<master id>-S<n>`. Kept over restarts of the agent. */
export interface AgentID {
  value: string;
}
export const AgentID: MessageType<AgentID> = message("mesos.v1.AgentID", () => [
  [1, "value", "string", "required"],
]);

/** A machine that runs tasks, as it registered. */
export interface AgentInfo {
  hostname: string;
  /** TCP port of the agent's HTTP and libprocess server. Absent means 5051. */
  port?: number;
  /** All that the agent has to offer, reserved and unreserved. */
  resources?: readonly Resource[];
  /** What frameworks may choose agents by; told in every offer. */
  attributes?: readonly Attribute[];
  /** Absent until the agent has registered for the first time. */
  id?: AgentID;
  /** Where it stands. Absent: in the same place as the master. */
  domain?: DomainInfo;
  /** Only in the internal form (SlaveInfo): whether the agent checkpoints. Absent means false. */
  checkpoint?: boolean;
}
export const AgentInfo: MessageType<AgentInfo> = message("mesos.v1.AgentInfo", () => [
  [1, "hostname", "string", "required"],
  [8, "port", "int32", "optional", { default: 5051 }],
  [3, "resources", Resource, "repeated"],
  [5, "attributes", Attribute, "repeated"],
  [6, "id", AgentID, "optional"],
  [10, "domain", DomainInfo, "optional"],
  [7, "checkpoint", "bool", "optional", { default: false, deprecated: true }],
]);

/** What the agent understands beyond the first protocol. */
export interface AgentInfo_Capability {
  type?: AgentInfo_Capability_Type;
}
export const AgentInfo_Capability: MessageType<AgentInfo_Capability> =
  message("mesos.v1.AgentInfo.Capability", () => [
  [1, "type", AgentInfo_Capability_Type, "optional"],
]);

export type AgentInfo_Capability_Type =
  | "UNKNOWN"
  | "MULTI_ROLE"
  | "HIERARCHICAL_ROLE"
  | "RESERVATION_REFINEMENT"
  | "RESOURCE_PROVIDER"
  | "RESIZE_VOLUME"
  | "AGENT_OPERATION_FEEDBACK"
  | "AGENT_DRAINING"
  | "TASK_RESOURCE_LIMITS";
export const AgentInfo_Capability_Type: EnumType<AgentInfo_Capability_Type> =
  enumeration("mesos.v1.AgentInfo.Capability.Type", {
  UNKNOWN: 0,
  MULTI_ROLE: 1,
  HIERARCHICAL_ROLE: 2,
  RESERVATION_REFINEMENT: 3,
  RESOURCE_PROVIDER: 4,
  RESIZE_VOLUME: 5,
  AGENT_OPERATION_FEEDBACK: 6,
  AGENT_DRAINING: 7,
  TASK_RESOURCE_LIMITS: 8,
});

/** A named fact about an agent, such as `rack:r1`. The member that `type` names is set. */
export interface Attribute {
  name: string;
  type: Value_Type;
  scalar?: Value_Scalar;
  ranges?: Value_Ranges;
  set?: Value_Set;
  text?: Value_Text;
}
export const Attribute: MessageType<Attribute> = message("mesos.v1.Attribute", () => [
  [1, "name", "string", "required"],
  [2, "type", Value_Type, "required"],
  [3, "scalar", Value_Scalar, "optional"],
  [4, "ranges", Value_Ranges, "optional"],
  [6, "set", Value_Set, "optional"],
  [5, "text", Value_Text, "optional"],
]);

/** How to run one container of a CSI plugin. */
export interface CSIPluginContainerInfo {
  services?: readonly CSIPluginContainerInfo_Service[];
  command?: CommandInfo;
  resources?: readonly Resource[];
  container?: ContainerInfo;
}
export const CSIPluginContainerInfo: MessageType<CSIPluginContainerInfo> =
  message("mesos.v1.CSIPluginContainerInfo", () => [
  [1, "services", CSIPluginContainerInfo_Service, "repeated"],
  [2, "command", CommandInfo, "optional"],
  [3, "resources", Resource, "repeated"],
  [4, "container", ContainerInfo, "optional"],
]);

/** Which halves of the CSI protocol the container serves. */
export type CSIPluginContainerInfo_Service =
  | "UNKNOWN"
  | "CONTROLLER_SERVICE"
  | "NODE_SERVICE";
export const CSIPluginContainerInfo_Service: EnumType<CSIPluginContainerInfo_Service> =
  enumeration("mesos.v1.CSIPluginContainerInfo.Service", {
  UNKNOWN: 0,
  CONTROLLER_SERVICE: 1,
  NODE_SERVICE: 2,
});

/** Where a CSI plugin that runs already serves one half of the protocol. */
export interface CSIPluginEndpoint {
  csi_service: CSIPluginContainerInfo_Service;
  endpoint: string;
}
export const CSIPluginEndpoint: MessageType<CSIPluginEndpoint> =
  message("mesos.v1.CSIPluginEndpoint", () => [
  [1, "csi_service", CSIPluginContainerInfo_Service, "required"],
  [2, "endpoint", "string", "required"],
]);

/** A CSI plugin: containers to be started, or endpoints of one that others run. */
export interface CSIPluginInfo {
  /** As in the name of a volume's plugin. */
  type: string;
  /** Absent means `default`. */
  name?: string;
  containers?: readonly CSIPluginContainerInfo[];
  endpoints?: readonly CSIPluginEndpoint[];
  /** Folder below which the plugin publishes volumes. Absent: the agent's own choice. */
  target_path_root?: string;
  /** Whether the plugin wants the target folder to be there already, against CSI v1. */
  target_path_exists?: boolean;
}
export const CSIPluginInfo: MessageType<CSIPluginInfo> = message("mesos.v1.CSIPluginInfo", () => [
  [1, "type", "string", "required"],
  [2, "name", "string", "optional", { default: "default" }],
  [3, "containers", CSIPluginContainerInfo, "repeated"],
  [4, "endpoints", CSIPluginEndpoint, "repeated"],
  [5, "target_path_root", "string", "optional"],
  [6, "target_path_exists", "bool", "optional"],
]);

/** A set of Linux capabilities. */
export interface CapabilityInfo {
  capabilities?: readonly CapabilityInfo_Capability[];
}
export const CapabilityInfo: MessageType<CapabilityInfo> =
  message("mesos.v1.CapabilityInfo", () => [
  [1, "capabilities", CapabilityInfo_Capability, "repeated"],
]);

/** Linux's number of the capability, plus a thousand. */
export type CapabilityInfo_Capability =
  | "UNKNOWN"
  | "CHOWN"
  | "DAC_OVERRIDE"
  | "DAC_READ_SEARCH"
  | "FOWNER"
  | "FSETID"
  | "KILL"
  | "SETGID"
  | "SETUID"
  | "SETPCAP"
  | "LINUX_IMMUTABLE"
  | "NET_BIND_SERVICE"
  | "NET_BROADCAST"
  | "NET_ADMIN"
  | "NET_RAW"
  | "IPC_LOCK"
  | "IPC_OWNER"
  | "SYS_MODULE"
  | "SYS_RAWIO"
  | "SYS_CHROOT"
  | "SYS_PTRACE"
  | "SYS_PACCT"
  | "SYS_ADMIN"
  | "SYS_BOOT"
  | "SYS_NICE"
  | "SYS_RESOURCE"
  | "SYS_TIME"
  | "SYS_TTY_CONFIG"
  | "MKNOD"
  | "LEASE"
  | "AUDIT_WRITE"
  | "AUDIT_CONTROL"
  | "SETFCAP"
  | "MAC_OVERRIDE"
  | "MAC_ADMIN"
  | "SYSLOG"
  | "WAKE_ALARM"
  | "BLOCK_SUSPEND"
  | "AUDIT_READ"
  | "PERFMON"
  | "BPF"
  | "CHECKPOINT_RESTORE";
export const CapabilityInfo_Capability: EnumType<CapabilityInfo_Capability> =
  enumeration("mesos.v1.CapabilityInfo.Capability", {
  UNKNOWN: 0,
  CHOWN: 1000,
  DAC_OVERRIDE: 1001,
  DAC_READ_SEARCH: 1002,
  FOWNER: 1003,
  FSETID: 1004,
  KILL: 1005,
  SETGID: 1006,
  SETUID: 1007,
  SETPCAP: 1008,
  LINUX_IMMUTABLE: 1009,
  NET_BIND_SERVICE: 1010,
  NET_BROADCAST: 1011,
  NET_ADMIN: 1012,
  NET_RAW: 1013,
  IPC_LOCK: 1014,
  IPC_OWNER: 1015,
  SYS_MODULE: 1016,
  SYS_RAWIO: 1017,
  SYS_CHROOT: 1018,
  SYS_PTRACE: 1019,
  SYS_PACCT: 1020,
  SYS_ADMIN: 1021,
  SYS_BOOT: 1022,
  SYS_NICE: 1023,
  SYS_RESOURCE: 1024,
  SYS_TIME: 1025,
  SYS_TTY_CONFIG: 1026,
  MKNOD: 1027,
  LEASE: 1028,
  AUDIT_WRITE: 1029,
  AUDIT_CONTROL: 1030,
  SETFCAP: 1031,
  MAC_OVERRIDE: 1032,
  MAC_ADMIN: 1033,
  SYSLOG: 1034,
  WAKE_ALARM: 1035,
  BLOCK_SUSPEND: 1036,
  AUDIT_READ: 1037,
  PERFMON: 1038,
  BPF: 1039,
  CHECKPOINT_RESTORE: 1040,
});

/** What a container's cgroups are set to, and what block devices count there. */
export interface CgroupInfo {
  net_cls?: CgroupInfo_NetCls;
}
export const CgroupInfo: MessageType<CgroupInfo> = message("mesos.v1.CgroupInfo", () => [
  [1, "net_cls", CgroupInfo_NetCls, "optional"],
]);

/** Block device statistics of a cgroup. */
export interface CgroupInfo_Blkio {
}
export const CgroupInfo_Blkio: MessageType<CgroupInfo_Blkio> =
  message("mesos.v1.CgroupInfo.Blkio", () => [
]);

export interface CgroupInfo_Blkio_CFQ {
}
export const CgroupInfo_Blkio_CFQ: MessageType<CgroupInfo_Blkio_CFQ> =
  message("mesos.v1.CgroupInfo.Blkio.CFQ", () => [
]);

export interface CgroupInfo_Blkio_CFQ_Statistics {
  device?: Device_Number;
  sectors?: number;
  time?: number;
  io_serviced?: readonly CgroupInfo_Blkio_Value[];
  io_service_bytes?: readonly CgroupInfo_Blkio_Value[];
  io_service_time?: readonly CgroupInfo_Blkio_Value[];
  io_wait_time?: readonly CgroupInfo_Blkio_Value[];
  io_merged?: readonly CgroupInfo_Blkio_Value[];
  io_queued?: readonly CgroupInfo_Blkio_Value[];
}
export const CgroupInfo_Blkio_CFQ_Statistics: MessageType<CgroupInfo_Blkio_CFQ_Statistics> =
  message("mesos.v1.CgroupInfo.Blkio.CFQ.Statistics", () => [
  [1, "device", Device_Number, "optional"],
  [2, "sectors", "uint64", "optional"],
  [3, "time", "uint64", "optional"],
  [4, "io_serviced", CgroupInfo_Blkio_Value, "repeated"],
  [5, "io_service_bytes", CgroupInfo_Blkio_Value, "repeated"],
  [6, "io_service_time", CgroupInfo_Blkio_Value, "repeated"],
  [7, "io_wait_time", CgroupInfo_Blkio_Value, "repeated"],
  [8, "io_merged", CgroupInfo_Blkio_Value, "repeated"],
  [9, "io_queued", CgroupInfo_Blkio_Value, "repeated"],
]);

export type CgroupInfo_Blkio_Operation =
  | "UNKNOWN"
  | "TOTAL"
  | "READ"
  | "WRITE"
  | "SYNC"
  | "ASYNC"
  | "DISCARD";
export const CgroupInfo_Blkio_Operation: EnumType<CgroupInfo_Blkio_Operation> =
  enumeration("mesos.v1.CgroupInfo.Blkio.Operation", {
  UNKNOWN: 0,
  TOTAL: 1,
  READ: 2,
  WRITE: 3,
  SYNC: 4,
  ASYNC: 5,
  DISCARD: 6,
});

export interface CgroupInfo_Blkio_Statistics {
  cfq?: readonly CgroupInfo_Blkio_CFQ_Statistics[];
  cfq_recursive?: readonly CgroupInfo_Blkio_CFQ_Statistics[];
  throttling?: readonly CgroupInfo_Blkio_Throttling_Statistics[];
}
export const CgroupInfo_Blkio_Statistics: MessageType<CgroupInfo_Blkio_Statistics> =
  message("mesos.v1.CgroupInfo.Blkio.Statistics", () => [
  [1, "cfq", CgroupInfo_Blkio_CFQ_Statistics, "repeated"],
  [2, "cfq_recursive", CgroupInfo_Blkio_CFQ_Statistics, "repeated"],
  [3, "throttling", CgroupInfo_Blkio_Throttling_Statistics, "repeated"],
]);

export interface CgroupInfo_Blkio_Throttling {
}
export const CgroupInfo_Blkio_Throttling: MessageType<CgroupInfo_Blkio_Throttling> =
  message("mesos.v1.CgroupInfo.Blkio.Throttling", () => [
]);

export interface CgroupInfo_Blkio_Throttling_Statistics {
  device?: Device_Number;
  io_serviced?: readonly CgroupInfo_Blkio_Value[];
  io_service_bytes?: readonly CgroupInfo_Blkio_Value[];
}
export const CgroupInfo_Blkio_Throttling_Statistics: MessageType<CgroupInfo_Blkio_Throttling_Statistics> =
  message("mesos.v1.CgroupInfo.Blkio.Throttling.Statistics", () => [
  [1, "device", Device_Number, "optional"],
  [2, "io_serviced", CgroupInfo_Blkio_Value, "repeated"],
  [3, "io_service_bytes", CgroupInfo_Blkio_Value, "repeated"],
]);

/** One counter; without `op` it counts all operations. */
export interface CgroupInfo_Blkio_Value {
  op?: CgroupInfo_Blkio_Operation;
  value?: number;
}
export const CgroupInfo_Blkio_Value: MessageType<CgroupInfo_Blkio_Value> =
  message("mesos.v1.CgroupInfo.Blkio.Value", () => [
  [1, "op", CgroupInfo_Blkio_Operation, "optional"],
  [2, "value", "uint64", "optional"],
]);

/** The class that the container's packets are marked with. */
export interface CgroupInfo_NetCls {
  /** Two 16-bit halves: major handle above, minor below. */
  classid?: number;
}
export const CgroupInfo_NetCls: MessageType<CgroupInfo_NetCls> =
  message("mesos.v1.CgroupInfo.NetCls", () => [
  [1, "classid", "uint32", "optional"],
]);

/**
 * A check whose result is told to the scheduler and has no other consequence. The member that
 * `type` names is set.
 */
export interface CheckInfo {
  type?: CheckInfo_Type;
  command?: CheckInfo_Command;
  http?: CheckInfo_Http;
  tcp?: CheckInfo_Tcp;
  /** From the start of the task to the first check. Absent means 15. */
  delay_seconds?: number;
  /** From the end of a check to the start of the next. Absent means 10. */
  interval_seconds?: number;
  /** A check that takes longer has no result. Zero: no limit. Absent means 20. */
  timeout_seconds?: number;
}
export const CheckInfo: MessageType<CheckInfo> = message("mesos.v1.CheckInfo", () => [
  [1, "type", CheckInfo_Type, "optional"],
  [2, "command", CheckInfo_Command, "optional"],
  [3, "http", CheckInfo_Http, "optional"],
  [7, "tcp", CheckInfo_Tcp, "optional"],
  [4, "delay_seconds", "double", "optional", { default: 15 }],
  [5, "interval_seconds", "double", "optional", { default: 10 }],
  [6, "timeout_seconds", "double", "optional", { default: 20 }],
]);

/** Run in the task's container; its exit code is the result. */
export interface CheckInfo_Command {
  command: CommandInfo;
}
export const CheckInfo_Command: MessageType<CheckInfo_Command> =
  message("mesos.v1.CheckInfo.Command", () => [
  [1, "command", CommandInfo, "required"],
]);

/** A GET to the task on its agent; the status of the response is the result. */
export interface CheckInfo_Http {
  port: number;
  path?: string;
}
export const CheckInfo_Http: MessageType<CheckInfo_Http> =
  message("mesos.v1.CheckInfo.Http", () => [
  [1, "port", "uint32", "required"],
  [2, "path", "string", "optional"],
]);

/** A connection to the task on its agent; whether it could be made is the result. */
export interface CheckInfo_Tcp {
  port: number;
}
export const CheckInfo_Tcp: MessageType<CheckInfo_Tcp> = message("mesos.v1.CheckInfo.Tcp", () => [
  [1, "port", "uint32", "required"],
]);

export type CheckInfo_Type =
  | "UNKNOWN"
  | "COMMAND"
  | "HTTP"
  | "TCP";
export const CheckInfo_Type: EnumType<CheckInfo_Type> = enumeration("mesos.v1.CheckInfo.Type", {
  UNKNOWN: 0,
  COMMAND: 1,
  HTTP: 2,
  TCP: 3,
});

/** Result of a task's last check. Its member is empty as long as there is none. */
export interface CheckStatusInfo {
  type?: CheckInfo_Type;
  command?: CheckStatusInfo_Command;
  http?: CheckStatusInfo_Http;
  tcp?: CheckStatusInfo_Tcp;
}
export const CheckStatusInfo: MessageType<CheckStatusInfo> =
  message("mesos.v1.CheckStatusInfo", () => [
  [1, "type", CheckInfo_Type, "optional"],
  [2, "command", CheckStatusInfo_Command, "optional"],
  [3, "http", CheckStatusInfo_Http, "optional"],
  [4, "tcp", CheckStatusInfo_Tcp, "optional"],
]);

export interface CheckStatusInfo_Command {
  exit_code?: number;
}
export const CheckStatusInfo_Command: MessageType<CheckStatusInfo_Command> =
  message("mesos.v1.CheckStatusInfo.Command", () => [
  [1, "exit_code", "int32", "optional"],
]);

export interface CheckStatusInfo_Http {
  status_code?: number;
}
export const CheckStatusInfo_Http: MessageType<CheckStatusInfo_Http> =
  message("mesos.v1.CheckStatusInfo.Http", () => [
  [1, "status_code", "uint32", "optional"],
]);

export interface CheckStatusInfo_Tcp {
  succeeded?: boolean;
}
export const CheckStatusInfo_Tcp: MessageType<CheckStatusInfo_Tcp> =
  message("mesos.v1.CheckStatusInfo.Tcp", () => [
  [1, "succeeded", "bool", "optional"],
]);

/** A command, what it needs fetched first, as whom and in what environment it runs. */
export interface CommandInfo {
  /** Fetched into the sandbox before the command starts. */
  uris?: readonly CommandInfo_URI[];
  /** Added to what every task gets, and wins over it. */
  environment?: Environment;
  /** Whether `value` is run by `sh -c`. If not, it is the path of a program. Absent means true. */
  shell?: boolean;
  value?: string;
  /** Only without a shell: the whole argument vector, the program's own name first. */
  arguments?: readonly string[];
  /** Absent: the framework's user. */
  user?: string;
}
export const CommandInfo: MessageType<CommandInfo> = message("mesos.v1.CommandInfo", () => [
  [1, "uris", CommandInfo_URI, "repeated"],
  [2, "environment", Environment, "optional"],
  [6, "shell", "bool", "optional", { default: true }],
  [3, "value", "string", "optional"],
  [7, "arguments", "string", "repeated"],
  [5, "user", "string", "optional"],
]);

/** Something to be fetched: `http`, `https`, `ftp`, `hdfs` and the like, or a path on the agent. */
export interface CommandInfo_URI {
  value: string;
  /** Makes the file executable, and keeps it as it is: nothing is extracted. */
  executable?: boolean;
  /** Whether an archive, known by its suffix, is unpacked into the sandbox. Absent means true. */
  extract?: boolean;
  /** Whether the agent may keep it for others of the same user. */
  cache?: boolean;
  /** Path in the sandbox. Absent: the last part of the URI. */
  output_file?: string;
}
export const CommandInfo_URI: MessageType<CommandInfo_URI> =
  message("mesos.v1.CommandInfo.URI", () => [
  [1, "value", "string", "required"],
  [2, "executable", "bool", "optional"],
  [3, "extract", "bool", "optional", { default: true }],
  [4, "cache", "bool", "optional"],
  [5, "output_file", "string", "optional"],
]);

/** A container; one within another names that as its parent. */
export interface ContainerID {
  value: string;
  parent?: ContainerID;
}
export const ContainerID: MessageType<ContainerID> = message("mesos.v1.ContainerID", () => [
  [1, "value", "string", "required"],
  [2, "parent", ContainerID, "optional"],
]);

/** How a task or an executor is contained. The member that `type` names may be set. */
export interface ContainerInfo {
  type: ContainerInfo_Type;
  volumes?: readonly Volume[];
  /** Only where the container has a network of its own. */
  hostname?: string;
  docker?: ContainerInfo_DockerInfo;
  mesos?: ContainerInfo_MesosInfo;
  /** Networks to join; empty is the agent's own network. */
  network_infos?: readonly NetworkInfo[];
  linux_info?: LinuxInfo;
  rlimit_info?: RLimitInfo;
  /** Present: the command's standard streams are a terminal. */
  tty_info?: TTYInfo;
}
export const ContainerInfo: MessageType<ContainerInfo> = message("mesos.v1.ContainerInfo", () => [
  [1, "type", ContainerInfo_Type, "required"],
  [2, "volumes", Volume, "repeated"],
  [4, "hostname", "string", "optional"],
  [3, "docker", ContainerInfo_DockerInfo, "optional"],
  [5, "mesos", ContainerInfo_MesosInfo, "optional"],
  [7, "network_infos", NetworkInfo, "repeated"],
  [8, "linux_info", LinuxInfo, "optional"],
  [9, "rlimit_info", RLimitInfo, "optional"],
  [10, "tty_info", TTYInfo, "optional"],
]);

/** A container that a Docker daemon runs. */
export interface ContainerInfo_DockerInfo {
  image: string;
  /** Absent means `HOST`. */
  network?: ContainerInfo_DockerInfo_Network;
  port_mappings?: readonly ContainerInfo_DockerInfo_PortMapping[];
  /** Absent means false. */
  privileged?: boolean;
  /** Options of `docker run`, without their dashes. */
  parameters?: readonly Parameter[];
  /** Asks the registry even when the image is there. */
  force_pull_image?: boolean;
  volume_driver?: string;
}
export const ContainerInfo_DockerInfo: MessageType<ContainerInfo_DockerInfo> =
  message("mesos.v1.ContainerInfo.DockerInfo", () => [
  [1, "image", "string", "required"],
  [2, "network", ContainerInfo_DockerInfo_Network, "optional", { default: "HOST" }],
  [3, "port_mappings", ContainerInfo_DockerInfo_PortMapping, "repeated"],
  [4, "privileged", "bool", "optional", { default: false }],
  [5, "parameters", Parameter, "repeated"],
  [6, "force_pull_image", "bool", "optional"],
  [7, "volume_driver", "string", "optional"],
]);

export type ContainerInfo_DockerInfo_Network =
  | "HOST"
  | "BRIDGE"
  | "NONE"
  | "USER";
export const ContainerInfo_DockerInfo_Network: EnumType<ContainerInfo_DockerInfo_Network> =
  enumeration("mesos.v1.ContainerInfo.DockerInfo.Network", {
  HOST: 1,
  BRIDGE: 2,
  NONE: 3,
  USER: 4,
});

/** Only with a bridge or a user's network. */
export interface ContainerInfo_DockerInfo_PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}
export const ContainerInfo_DockerInfo_PortMapping: MessageType<ContainerInfo_DockerInfo_PortMapping> =
  message("mesos.v1.ContainerInfo.DockerInfo.PortMapping", () => [
  [1, "host_port", "uint32", "required"],
  [2, "container_port", "uint32", "required"],
  [3, "protocol", "string", "optional"],
]);

/** A container that the agent makes itself; without an image it sees the agent's files. */
export interface ContainerInfo_MesosInfo {
  image?: Image;
}
export const ContainerInfo_MesosInfo: MessageType<ContainerInfo_MesosInfo> =
  message("mesos.v1.ContainerInfo.MesosInfo", () => [
  [1, "image", Image, "optional"],
]);

/** Who makes the container: a Docker daemon, or the agent itself. */
export type ContainerInfo_Type =
  | "DOCKER"
  | "MESOS";
export const ContainerInfo_Type: EnumType<ContainerInfo_Type> =
  enumeration("mesos.v1.ContainerInfo.Type", {
  DOCKER: 1,
  MESOS: 2,
});

/** What a running container got. */
export interface ContainerStatus {
  container_id?: ContainerID;
  network_infos?: readonly NetworkInfo[];
  cgroup_info?: CgroupInfo;
  /** Process id of the container's first process, as the agent sees it. */
  executor_pid?: number;
}
export const ContainerStatus: MessageType<ContainerStatus> =
  message("mesos.v1.ContainerStatus", () => [
  [4, "container_id", ContainerID, "optional"],
  [1, "network_infos", NetworkInfo, "repeated"],
  [2, "cgroup_info", CgroupInfo, "optional"],
  [3, "executor_pid", "uint32", "optional"],
]);

/** A name and the secret that proves it. */
export interface Credential {
  principal: string;
  secret?: string;
}
export const Credential: MessageType<Credential> = message("mesos.v1.Credential", () => [
  [1, "principal", "string", "required"],
  [2, "secret", "string", "optional"],
]);

/** A file of credentials. */
export interface Credentials {
  credentials?: readonly Credential[];
}
export const Credentials: MessageType<Credentials> = message("mesos.v1.Credentials", () => [
  [1, "credentials", Credential, "repeated"],
]);

/** A device file, by its path or by its number. */
export interface Device {
  path?: string;
  number?: Device_Number;
}
export const Device: MessageType<Device> = message("mesos.v1.Device", () => [
  [1, "path", "string", "optional"],
  [2, "number", Device_Number, "optional"],
]);

export interface Device_Number {
  major_number: number;
  minor_number: number;
}
export const Device_Number: MessageType<Device_Number> = message("mesos.v1.Device.Number", () => [
  [1, "major_number", "uint64", "required"],
  [2, "minor_number", "uint64", "required"],
]);

/** What a container may do with a device. */
export interface DeviceAccess {
  device: Device;
  access: DeviceAccess_Access;
}
export const DeviceAccess: MessageType<DeviceAccess> = message("mesos.v1.DeviceAccess", () => [
  [1, "device", Device, "required"],
  [2, "access", DeviceAccess_Access, "required"],
]);

export interface DeviceAccess_Access {
  read?: boolean;
  write?: boolean;
  mknod?: boolean;
}
export const DeviceAccess_Access: MessageType<DeviceAccess_Access> =
  message("mesos.v1.DeviceAccess.Access", () => [
  [1, "read", "bool", "optional"],
  [2, "write", "bool", "optional"],
  [3, "mknod", "bool", "optional"],
]);

/** The devices that every container may use. */
export interface DeviceWhitelist {
  allowed_devices?: readonly DeviceAccess[];
}
export const DeviceWhitelist: MessageType<DeviceWhitelist> =
  message("mesos.v1.DeviceWhitelist", () => [
  [1, "allowed_devices", DeviceAccess, "repeated"],
]);

/** How others may find a task or an executor. Passed on, never interpreted. */
export interface DiscoveryInfo {
  visibility: DiscoveryInfo_Visibility;
  name?: string;
  environment?: string;
  location?: string;
  version?: string;
  ports?: Ports;
  labels?: Labels;
}
export const DiscoveryInfo: MessageType<DiscoveryInfo> = message("mesos.v1.DiscoveryInfo", () => [
  [1, "visibility", DiscoveryInfo_Visibility, "required"],
  [2, "name", "string", "optional"],
  [3, "environment", "string", "optional"],
  [4, "location", "string", "optional"],
  [5, "version", "string", "optional"],
  [6, "ports", Ports, "optional"],
  [7, "labels", Labels, "optional"],
]);

/** Who should be able to find it: the same framework, the cluster, anyone. */
export type DiscoveryInfo_Visibility =
  | "FRAMEWORK"
  | "CLUSTER"
  | "EXTERNAL";
export const DiscoveryInfo_Visibility: EnumType<DiscoveryInfo_Visibility> =
  enumeration("mesos.v1.DiscoveryInfo.Visibility", {
  FRAMEWORK: 0,
  CLUSTER: 1,
  EXTERNAL: 2,
});

/** Use of one disk, or of one persistent volume on it. */
export interface DiskStatistics {
  source?: Resource_DiskInfo_Source;
  persistence?: Resource_DiskInfo_Persistence;
  limit_bytes?: number;
  used_bytes?: number;
}
export const DiskStatistics: MessageType<DiskStatistics> =
  message("mesos.v1.DiskStatistics", () => [
  [1, "source", Resource_DiskInfo_Source, "optional"],
  [2, "persistence", Resource_DiskInfo_Persistence, "optional"],
  [3, "limit_bytes", "uint64", "optional"],
  [4, "used_bytes", "uint64", "optional"],
]);

/** Where a master or an agent stands. */
export interface DomainInfo {
  fault_domain?: DomainInfo_FaultDomain;
}
export const DomainInfo: MessageType<DomainInfo> = message("mesos.v1.DomainInfo", () => [
  [1, "fault_domain", DomainInfo_FaultDomain, "optional"],
]);

/** What fails together: a region (far away) and a zone in it (near, but apart). */
export interface DomainInfo_FaultDomain {
  region: DomainInfo_FaultDomain_RegionInfo;
  zone: DomainInfo_FaultDomain_ZoneInfo;
}
export const DomainInfo_FaultDomain: MessageType<DomainInfo_FaultDomain> =
  message("mesos.v1.DomainInfo.FaultDomain", () => [
  [1, "region", DomainInfo_FaultDomain_RegionInfo, "required"],
  [2, "zone", DomainInfo_FaultDomain_ZoneInfo, "required"],
]);

export interface DomainInfo_FaultDomain_RegionInfo {
  name: string;
}
export const DomainInfo_FaultDomain_RegionInfo: MessageType<DomainInfo_FaultDomain_RegionInfo> =
  message("mesos.v1.DomainInfo.FaultDomain.RegionInfo", () => [
  [1, "name", "string", "required"],
]);

export interface DomainInfo_FaultDomain_ZoneInfo {
  name: string;
}
export const DomainInfo_FaultDomain_ZoneInfo: MessageType<DomainInfo_FaultDomain_ZoneInfo> =
  message("mesos.v1.DomainInfo.FaultDomain.ZoneInfo", () => [
  [1, "name", "string", "required"],
]);

/** How an agent is drained. */
export interface DrainConfig {
  /** Cuts every task's kill policy short. Absent: no cut. */
  max_grace_period?: DurationInfo;
  /** Whether the agent is marked gone for ever once it is drained. Absent means false. */
  mark_gone?: boolean;
}
export const DrainConfig: MessageType<DrainConfig> = message("mesos.v1.DrainConfig", () => [
  [1, "max_grace_period", DurationInfo, "optional"],
  [2, "mark_gone", "bool", "optional", { default: false }],
]);

/** How far the draining of an agent is. */
export interface DrainInfo {
  state: DrainState;
  config: DrainConfig;
}
export const DrainInfo: MessageType<DrainInfo> = message("mesos.v1.DrainInfo", () => [
  [1, "state", DrainState, "required"],
  [2, "config", DrainConfig, "required"],
]);

/** DRAINED means that no task and no operation is left on the agent. */
export type DrainState =
  | "UNKNOWN"
  | "DRAINING"
  | "DRAINED";
export const DrainState: EnumType<DrainState> = enumeration("mesos.v1.DrainState", {
  UNKNOWN: 0,
  DRAINING: 1,
  DRAINED: 2,
});

/** A length of time. */
export interface DurationInfo {
  nanoseconds: number;
}
export const DurationInfo: MessageType<DurationInfo> = message("mesos.v1.DurationInfo", () => [
  [1, "nanoseconds", "int64", "required"],
]);

/** Environment variables. */
export interface Environment {
  variables?: readonly Environment_Variable[];
}
export const Environment: MessageType<Environment> = message("mesos.v1.Environment", () => [
  [1, "variables", Environment_Variable, "repeated"],
]);

/** `value` or `secret` is set, as `type` says. */
export interface Environment_Variable {
  name: string;
  /** Absent means `VALUE`. */
  type?: Environment_Variable_Type;
  value?: string;
  secret?: Secret;
}
export const Environment_Variable: MessageType<Environment_Variable> =
  message("mesos.v1.Environment.Variable", () => [
  [1, "name", "string", "required"],
  [3, "type", Environment_Variable_Type, "optional", { default: "VALUE" }],
  [2, "value", "string", "optional"],
  [4, "secret", Secret, "optional"],
]);

export type Environment_Variable_Type =
  | "UNKNOWN"
  | "VALUE"
  | "SECRET";
export const Environment_Variable_Type: EnumType<Environment_Variable_Type> =
  enumeration("mesos.v1.Environment.Variable.Type", {
  UNKNOWN: 0,
  VALUE: 1,
  SECRET: 2,
});

/** Chosen by the framework, unique on an agent among its executors. */
export interface ExecutorID {
  value: string;
}
export const ExecutorID: MessageType<ExecutorID> = message("mesos.v1.ExecutorID", () => [
  [1, "value", "string", "required"],
]);

/** What runs tasks on an agent on behalf of a framework. */
export interface ExecutorInfo {
  type?: ExecutorInfo_Type;
  executor_id: ExecutorID;
  /** Filled in by the master when absent. */
  framework_id?: FrameworkID;
  /** How a custom executor is started; absent for the default one. */
  command?: CommandInfo;
  container?: ContainerInfo;
  /** What the executor takes for itself, on top of its tasks. */
  resources?: readonly Resource[];
  name?: string;
  /** A free text for monitoring; labels replaced it. */
  source?: string;
  /** Passed on to the executor, never interpreted. */
  data?: Uint8Array;
  discovery?: DiscoveryInfo;
  /** From SHUTDOWN to the end by force. Absent: the agent's flag. */
  shutdown_grace_period?: DurationInfo;
  labels?: Labels;
}
export const ExecutorInfo: MessageType<ExecutorInfo> = message("mesos.v1.ExecutorInfo", () => [
  [15, "type", ExecutorInfo_Type, "optional"],
  [1, "executor_id", ExecutorID, "required"],
  [8, "framework_id", FrameworkID, "optional"],
  [7, "command", CommandInfo, "optional"],
  [11, "container", ContainerInfo, "optional"],
  [5, "resources", Resource, "repeated"],
  [9, "name", "string", "optional"],
  [10, "source", "string", "optional"],
  [4, "data", "bytes", "optional"],
  [12, "discovery", DiscoveryInfo, "optional"],
  [13, "shutdown_grace_period", DurationInfo, "optional"],
  [14, "labels", Labels, "optional"],
]);

/** DEFAULT is the agent's own executor for task groups, CUSTOM the framework's program. */
export type ExecutorInfo_Type =
  | "UNKNOWN"
  | "DEFAULT"
  | "CUSTOM";
export const ExecutorInfo_Type: EnumType<ExecutorInfo_Type> =
  enumeration("mesos.v1.ExecutorInfo.Type", {
  UNKNOWN: 0,
  DEFAULT: 1,
  CUSTOM: 2,
});

/** One entry of a folder that an agent or a master shows. */
export interface FileInfo {
  path: string;
  nlink?: number;
  size?: number;
  mtime?: TimeInfo;
  /** As in `stat`: type and permission bits. */
  mode?: number;
  uid?: string;
  gid?: string;
}
export const FileInfo: MessageType<FileInfo> = message("mesos.v1.FileInfo", () => [
  [1, "path", "string", "required"],
  [2, "nlink", "int32", "optional"],
  [3, "size", "uint64", "optional"],
  [4, "mtime", TimeInfo, "optional"],
  [5, "mode", "uint32", "optional"],
  [6, "uid", "string", "optional"],
  [7, "gid", "string", "optional"],
]);

/** What to do with the unused part of an answered offer. */
export interface Filters {
  /**
   * For so long the same resources are not offered to the framework's role again. A negative number
   * counts as the default. Absent means 5.
   */
  refuse_seconds?: number;
}
export const Filters: MessageType<Filters> = message("mesos.v1.Filters", () => [
  [1, "refuse_seconds", "double", "optional", { default: 5 }],
]);

/** One command line flag of a daemon and its value. */
export interface Flag {
  name: string;
  value?: string;
}
export const Flag: MessageType<Flag> = message("mesos.v1.Flag", () => [
  [1, "name", "string", "required"],
  [2, "value", "string", "optional"],
]);

/** Given by the master at first subscription: `<master id>-<n>`; or chosen by the scheduler. */
export interface FrameworkID {
  value: string;
}
export const FrameworkID: MessageType<FrameworkID> = message("mesos.v1.FrameworkID", () => [
  [1, "value", "string", "required"],
]);

/** A framework, as its scheduler describes it. */
export interface FrameworkInfo {
  /**
   * Unix user that tasks run as unless their command says otherwise. Empty: the scheduler's own.
   */
  user: string;
  name: string;
  /** Set to subscribe again as a framework that is known; absent at first. */
  id?: FrameworkID;
  /**
   * Seconds that the framework's tasks live on after its scheduler has disconnected. Absent means
   * 0.
   */
  failover_timeout?: number;
  /**
   * Whether agents write its tasks to disk, so that they survive a restart of the agent. Absent
   * means false.
   */
  checkpoint?: boolean;
  /** The one role of a framework without MULTI_ROLE. Absent means `*`. */
  role?: string;
  /** The roles of a framework with MULTI_ROLE. */
  roles?: readonly string[];
  /** Where the scheduler runs, for people. */
  hostname?: string;
  /** Who it is to authentication, reservations and rate limits; not a secret. */
  principal?: string;
  /** The framework's own page, linked from the console. */
  webui_url?: string;
  /** What the scheduler understands; none is assumed. */
  capabilities?: readonly FrameworkInfo_Capability[];
  labels?: Labels;
  /** By role: which offers are worth making. */
  offer_filters?: Readonly<Record<string, OfferFilters>>;
}
export const FrameworkInfo: MessageType<FrameworkInfo> = message("mesos.v1.FrameworkInfo", () => [
  [1, "user", "string", "required"],
  [2, "name", "string", "required"],
  [3, "id", FrameworkID, "optional"],
  [4, "failover_timeout", "double", "optional", { default: 0 }],
  [5, "checkpoint", "bool", "optional", { default: false }],
  [6, "role", "string", "optional", { default: "*", deprecated: true }],
  [12, "roles", "string", "repeated"],
  [7, "hostname", "string", "optional"],
  [8, "principal", "string", "optional"],
  [9, "webui_url", "string", "optional"],
  [10, "capabilities", FrameworkInfo_Capability, "repeated"],
  [11, "labels", Labels, "optional"],
  [13, "offer_filters", OfferFilters, "map"],
]);

/** One thing that the scheduler understands. */
export interface FrameworkInfo_Capability {
  type?: FrameworkInfo_Capability_Type;
}
export const FrameworkInfo_Capability: MessageType<FrameworkInfo_Capability> =
  message("mesos.v1.FrameworkInfo.Capability", () => [
  [1, "type", FrameworkInfo_Capability_Type, "optional"],
]);

/** What each lets the master do. */
export type FrameworkInfo_Capability_Type =
  | "UNKNOWN"
  /** Offers may hold resources that are taken back at any time. */
  | "REVOCABLE_RESOURCES"
  /** Executors may say TASK_KILLING. */
  | "TASK_KILLING_STATE"
  /** Offers may come from agents that have GPUs. */
  | "GPU_RESOURCES"
  /** Offers may hold volumes that others use at the same time. */
  | "SHARED_RESOURCES"
  /** A lost task is told as what it is: unreachable, gone, dropped. */
  | "PARTITION_AWARE"
  /** `roles` counts, `role` does not; resources say to which role they are allocated. */
  | "MULTI_ROLE"
  /** Resources carry `reservations`, not `role` and `reservation`. */
  | "RESERVATION_REFINEMENT"
  /** Offers may come from other regions than the master's. */
  | "REGION_AWARE";
export const FrameworkInfo_Capability_Type: EnumType<FrameworkInfo_Capability_Type> =
  enumeration("mesos.v1.FrameworkInfo.Capability.Type", {
  UNKNOWN: 0,
  REVOCABLE_RESOURCES: 1,
  TASK_KILLING_STATE: 2,
  GPU_RESOURCES: 3,
  SHARED_RESOURCES: 4,
  PARTITION_AWARE: 5,
  MULTI_ROLE: 6,
  RESERVATION_REFINEMENT: 7,
  REGION_AWARE: 8,
});

/** A check whose repeated failure ends the task. The member that `type` names is set. */
export interface HealthCheck {
  /** From the start of the task to the first check. Absent means 15. */
  delay_seconds?: number;
  /** From the end of a check to the start of the next. Absent means 10. */
  interval_seconds?: number;
  /** A check that takes longer has failed. Zero: no limit. Absent means 20. */
  timeout_seconds?: number;
  /** So many in a row, and the task is killed. Absent means 3. */
  consecutive_failures?: number;
  /**
   * Failures in so long after the start do not count, until one check has succeeded. Absent means
   * 10.
   */
  grace_period_seconds?: number;
  type?: HealthCheck_Type;
  command?: CommandInfo;
  http?: HealthCheck_HTTPCheckInfo;
  tcp?: HealthCheck_TCPCheckInfo;
}
export const HealthCheck: MessageType<HealthCheck> = message("mesos.v1.HealthCheck", () => [
  [2, "delay_seconds", "double", "optional", { default: 15 }],
  [3, "interval_seconds", "double", "optional", { default: 10 }],
  [4, "timeout_seconds", "double", "optional", { default: 20 }],
  [5, "consecutive_failures", "uint32", "optional", { default: 3 }],
  [6, "grace_period_seconds", "double", "optional", { default: 10 }],
  [8, "type", HealthCheck_Type, "optional"],
  [7, "command", CommandInfo, "optional"],
  [1, "http", HealthCheck_HTTPCheckInfo, "optional"],
  [9, "tcp", HealthCheck_TCPCheckInfo, "optional"],
]);

/** A GET to the task; healthy is a status of 200 to 399. */
export interface HealthCheck_HTTPCheckInfo {
  /** Absent means `IPv4`. */
  protocol?: NetworkInfo_Protocol;
  /** `http` or `https`; a certificate is not verified. */
  scheme?: string;
  port: number;
  path?: string;
  /** Only for custom executors; the built-in ones do not look at it. */
  statuses?: readonly number[];
}
export const HealthCheck_HTTPCheckInfo: MessageType<HealthCheck_HTTPCheckInfo> =
  message("mesos.v1.HealthCheck.HTTPCheckInfo", () => [
  [5, "protocol", NetworkInfo_Protocol, "optional", { default: "IPv4" }],
  [3, "scheme", "string", "optional"],
  [1, "port", "uint32", "required"],
  [2, "path", "string", "optional"],
  [4, "statuses", "uint32", "repeated"],
]);

/** A connection to the task; healthy is one that can be made. */
export interface HealthCheck_TCPCheckInfo {
  /** Absent means `IPv4`. */
  protocol?: NetworkInfo_Protocol;
  port: number;
}
export const HealthCheck_TCPCheckInfo: MessageType<HealthCheck_TCPCheckInfo> =
  message("mesos.v1.HealthCheck.TCPCheckInfo", () => [
  [2, "protocol", NetworkInfo_Protocol, "optional", { default: "IPv4" }],
  [1, "port", "uint32", "required"],
]);

export type HealthCheck_Type =
  | "UNKNOWN"
  | "COMMAND"
  | "HTTP"
  | "TCP";
export const HealthCheck_Type: EnumType<HealthCheck_Type> =
  enumeration("mesos.v1.HealthCheck.Type", {
  UNKNOWN: 0,
  COMMAND: 1,
  HTTP: 2,
  TCP: 3,
});

/** The kernel's ICMP counters, under its names. */
export interface IcmpStatistics {
  InMsgs?: number;
  InErrors?: number;
  InCsumErrors?: number;
  InDestUnreachs?: number;
  InTimeExcds?: number;
  InParmProbs?: number;
  InSrcQuenchs?: number;
  InRedirects?: number;
  InEchos?: number;
  InEchoReps?: number;
  InTimestamps?: number;
  InTimestampReps?: number;
  InAddrMasks?: number;
  InAddrMaskReps?: number;
  OutMsgs?: number;
  OutErrors?: number;
  OutDestUnreachs?: number;
  OutTimeExcds?: number;
  OutParmProbs?: number;
  OutSrcQuenchs?: number;
  OutRedirects?: number;
  OutEchos?: number;
  OutEchoReps?: number;
  OutTimestamps?: number;
  OutTimestampReps?: number;
  OutAddrMasks?: number;
  OutAddrMaskReps?: number;
}
export const IcmpStatistics: MessageType<IcmpStatistics> =
  message("mesos.v1.IcmpStatistics", () => [
  [1, "InMsgs", "int64", "optional"],
  [2, "InErrors", "int64", "optional"],
  [3, "InCsumErrors", "int64", "optional"],
  [4, "InDestUnreachs", "int64", "optional"],
  [5, "InTimeExcds", "int64", "optional"],
  [6, "InParmProbs", "int64", "optional"],
  [7, "InSrcQuenchs", "int64", "optional"],
  [8, "InRedirects", "int64", "optional"],
  [9, "InEchos", "int64", "optional"],
  [10, "InEchoReps", "int64", "optional"],
  [11, "InTimestamps", "int64", "optional"],
  [12, "InTimestampReps", "int64", "optional"],
  [13, "InAddrMasks", "int64", "optional"],
  [14, "InAddrMaskReps", "int64", "optional"],
  [15, "OutMsgs", "int64", "optional"],
  [16, "OutErrors", "int64", "optional"],
  [17, "OutDestUnreachs", "int64", "optional"],
  [18, "OutTimeExcds", "int64", "optional"],
  [19, "OutParmProbs", "int64", "optional"],
  [20, "OutSrcQuenchs", "int64", "optional"],
  [21, "OutRedirects", "int64", "optional"],
  [22, "OutEchos", "int64", "optional"],
  [23, "OutEchoReps", "int64", "optional"],
  [24, "OutTimestamps", "int64", "optional"],
  [25, "OutTimestampReps", "int64", "optional"],
  [26, "OutAddrMasks", "int64", "optional"],
  [27, "OutAddrMaskReps", "int64", "optional"],
]);

/** A container image. The member that `type` names is set. */
export interface Image {
  type: Image_Type;
  appc?: Image_Appc;
  docker?: Image_Docker;
  /**
   * Whether an image that the agent has will do, without asking the registry. Absent means true.
   */
  cached?: boolean;
}
export const Image: MessageType<Image> = message("mesos.v1.Image", () => [
  [1, "type", Image_Type, "required"],
  [2, "appc", Image_Appc, "optional"],
  [3, "docker", Image_Docker, "optional"],
  [4, "cached", "bool", "optional", { default: true }],
]);

/** An image of the App Container specification. */
export interface Image_Appc {
  name: string;
  id?: string;
  labels?: Labels;
}
export const Image_Appc: MessageType<Image_Appc> = message("mesos.v1.Image.Appc", () => [
  [1, "name", "string", "required"],
  [2, "id", "string", "optional"],
  [3, "labels", Labels, "optional"],
]);

/** An image of a Docker registry. */
export interface Image_Docker {
  /** As in `docker pull`: `registry/name:tag`, or a digest for the tag. */
  name: string;
  credential?: Credential;
  /** What `docker login` writes: credentials for the registry. */
  config?: Secret;
}
export const Image_Docker: MessageType<Image_Docker> = message("mesos.v1.Image.Docker", () => [
  [1, "name", "string", "required"],
  [2, "credential", Credential, "optional"],
  [3, "config", Secret, "optional"],
]);

export type Image_Type =
  | "APPC"
  | "DOCKER";
export const Image_Type: EnumType<Image_Type> = enumeration("mesos.v1.Image.Type", {
  APPC: 1,
  DOCKER: 2,
});

/** A request to give resources back for a while. */
export interface InverseOffer {
  id: OfferID;
  url?: URL;
  framework_id: FrameworkID;
  agent_id?: AgentID;
  /** When they will be gone. */
  unavailability: Unavailability;
  /** Absent: all of the framework's on that agent. */
  resources?: readonly Resource[];
}
export const InverseOffer: MessageType<InverseOffer> = message("mesos.v1.InverseOffer", () => [
  [1, "id", OfferID, "required"],
  [2, "url", URL, "optional"],
  [3, "framework_id", FrameworkID, "required"],
  [4, "agent_id", AgentID, "optional"],
  [5, "unavailability", Unavailability, "required"],
  [6, "resources", Resource, "repeated"],
]);

/** The kernel's IP counters, under its names. */
export interface IpStatistics {
  Forwarding?: number;
  DefaultTTL?: number;
  InReceives?: number;
  InHdrErrors?: number;
  InAddrErrors?: number;
  ForwDatagrams?: number;
  InUnknownProtos?: number;
  InDiscards?: number;
  InDelivers?: number;
  OutRequests?: number;
  OutDiscards?: number;
  OutNoRoutes?: number;
  ReasmTimeout?: number;
  ReasmReqds?: number;
  ReasmOKs?: number;
  ReasmFails?: number;
  FragOKs?: number;
  FragFails?: number;
  FragCreates?: number;
}
export const IpStatistics: MessageType<IpStatistics> = message("mesos.v1.IpStatistics", () => [
  [1, "Forwarding", "int64", "optional"],
  [2, "DefaultTTL", "int64", "optional"],
  [3, "InReceives", "int64", "optional"],
  [4, "InHdrErrors", "int64", "optional"],
  [5, "InAddrErrors", "int64", "optional"],
  [6, "ForwDatagrams", "int64", "optional"],
  [7, "InUnknownProtos", "int64", "optional"],
  [8, "InDiscards", "int64", "optional"],
  [9, "InDelivers", "int64", "optional"],
  [10, "OutRequests", "int64", "optional"],
  [11, "OutDiscards", "int64", "optional"],
  [12, "OutNoRoutes", "int64", "optional"],
  [13, "ReasmTimeout", "int64", "optional"],
  [14, "ReasmReqds", "int64", "optional"],
  [15, "ReasmOKs", "int64", "optional"],
  [16, "ReasmFails", "int64", "optional"],
  [17, "FragOKs", "int64", "optional"],
  [18, "FragFails", "int64", "optional"],
  [19, "FragCreates", "int64", "optional"],
]);

/** How a task is killed. */
export interface KillPolicy {
  /** From SIGTERM to SIGKILL. */
  grace_period?: DurationInfo;
}
export const KillPolicy: MessageType<KillPolicy> = message("mesos.v1.KillPolicy", () => [
  [1, "grace_period", DurationInfo, "optional"],
]);

/** A free key, with or without a value. Passed on, never interpreted. */
export interface Label {
  key: string;
  value?: string;
}
export const Label: MessageType<Label> = message("mesos.v1.Label", () => [
  [1, "key", "string", "required"],
  [2, "value", "string", "optional"],
]);

/** Labels; their order and repetition count. */
export interface Labels {
  labels?: readonly Label[];
}
export const Labels: MessageType<Labels> = message("mesos.v1.Labels", () => [
  [1, "labels", Label, "repeated"],
]);

/** What a container sees and may do, on Linux. */
export interface LinuxInfo {
  /** The older name of `effective_capabilities`. */
  capability_info?: CapabilityInfo;
  /** The most that any process in the container can have. */
  bounding_capabilities?: CapabilityInfo;
  /** What the first process has. */
  effective_capabilities?: CapabilityInfo;
  /** Whether it sees the processes of its parent container, or of the agent. */
  share_pid_namespace?: boolean;
  seccomp?: SeccompInfo;
  ipc_mode?: LinuxInfo_IpcMode;
  /** Megabytes of `/dev/shm`; only with an `ipc_mode` of PRIVATE. Absent: the agent's flag. */
  shm_size?: number;
  /** Whether a nested container counts and is limited with its parent. Absent means true. */
  share_cgroups?: boolean;
}
export const LinuxInfo: MessageType<LinuxInfo> = message("mesos.v1.LinuxInfo", () => [
  [1, "capability_info", CapabilityInfo, "optional"],
  [2, "bounding_capabilities", CapabilityInfo, "optional"],
  [3, "effective_capabilities", CapabilityInfo, "optional"],
  [4, "share_pid_namespace", "bool", "optional"],
  [5, "seccomp", SeccompInfo, "optional"],
  [6, "ipc_mode", LinuxInfo_IpcMode, "optional"],
  [7, "shm_size", "uint32", "optional"],
  [8, "share_cgroups", "bool", "optional", { default: true }],
]);

export type LinuxInfo_IpcMode =
  | "UNKNOWN"
  | "PRIVATE"
  | "SHARE_PARENT";
export const LinuxInfo_IpcMode: EnumType<LinuxInfo_IpcMode> =
  enumeration("mesos.v1.LinuxInfo.IpcMode", {
  UNKNOWN: 0,
  PRIVATE: 1,
  SHARE_PARENT: 2,
});

/** A machine for maintenance: by host name (whatever its case), by address, or both. */
export interface MachineID {
  hostname?: string;
  ip?: string;
}
export const MachineID: MessageType<MachineID> = message("mesos.v1.MachineID", () => [
  [1, "hostname", "string", "optional"],
  [2, "ip", "string", "optional"],
]);

/** How a machine stands with maintenance. */
export interface MachineInfo {
  id: MachineID;
  mode?: MachineInfo_Mode;
  /** Only while DRAINING or DOWN. */
  unavailability?: Unavailability;
}
export const MachineInfo: MessageType<MachineInfo> = message("mesos.v1.MachineInfo", () => [
  [1, "id", MachineID, "required"],
  [2, "mode", MachineInfo_Mode, "optional"],
  [3, "unavailability", Unavailability, "optional"],
]);

/** UP is in use, DRAINING is scheduled for maintenance, DOWN is in it. */
export type MachineInfo_Mode =
  | "UP"
  | "DRAINING"
  | "DOWN";
export const MachineInfo_Mode: EnumType<MachineInfo_Mode> =
  enumeration("mesos.v1.MachineInfo.Mode", {
  UP: 1,
  DRAINING: 2,
  DOWN: 3,
});

/** A master, as others find it. */
export interface MasterInfo {
  /** A random UUID; new with every start of the master. */
  id: string;
  /** IPv4 address, its four bytes in network order read as a little-endian number. */
  ip: number;
  /** Absent means 5050. */
  port: number;
  /** libprocess address: `master@ip:port`. */
  pid?: string;
  hostname?: string;
  version?: string;
  address?: Address;
  domain?: DomainInfo;
  capabilities?: readonly MasterInfo_Capability[];
}
export const MasterInfo: MessageType<MasterInfo> = message("mesos.v1.MasterInfo", () => [
  [1, "id", "string", "required"],
  [2, "ip", "uint32", "required"],
  [3, "port", "uint32", "required", { default: 5050 }],
  [4, "pid", "string", "optional"],
  [5, "hostname", "string", "optional"],
  [6, "version", "string", "optional"],
  [7, "address", Address, "optional"],
  [8, "domain", DomainInfo, "optional"],
  [9, "capabilities", MasterInfo_Capability, "repeated"],
]);

/** What the master understands beyond the first protocol. */
export interface MasterInfo_Capability {
  type?: MasterInfo_Capability_Type;
}
export const MasterInfo_Capability: MessageType<MasterInfo_Capability> =
  message("mesos.v1.MasterInfo.Capability", () => [
  [1, "type", MasterInfo_Capability_Type, "optional"],
]);

export type MasterInfo_Capability_Type =
  | "UNKNOWN"
  | "AGENT_UPDATE"
  | "AGENT_DRAINING"
  | "QUOTA_V2";
export const MasterInfo_Capability_Type: EnumType<MasterInfo_Capability_Type> =
  enumeration("mesos.v1.MasterInfo.Capability.Type", {
  UNKNOWN: 0,
  AGENT_UPDATE: 1,
  AGENT_DRAINING: 2,
  QUOTA_V2: 3,
});

/** A counter or gauge and its value. */
export interface Metric {
  name: string;
  value?: number;
}
export const Metric: MessageType<Metric> = message("mesos.v1.Metric", () => [
  [1, "name", "string", "required"],
  [2, "value", "double", "optional"],
]);

/** Whether mounts below a volume are seen across the container's border. */
export interface MountPropagation {
  mode?: MountPropagation_Mode;
}
export const MountPropagation: MessageType<MountPropagation> =
  message("mesos.v1.MountPropagation", () => [
  [1, "mode", MountPropagation_Mode, "optional"],
]);

/** HOST_TO_CONTAINER shows the host's later mounts, BIDIRECTIONAL the container's too. */
export type MountPropagation_Mode =
  | "UNKNOWN"
  | "HOST_TO_CONTAINER"
  | "BIDIRECTIONAL";
export const MountPropagation_Mode: EnumType<MountPropagation_Mode> =
  enumeration("mesos.v1.MountPropagation.Mode", {
  UNKNOWN: 0,
  HOST_TO_CONTAINER: 1,
  BIDIRECTIONAL: 2,
});

/** A network that a container joins, or its addresses in one. */
export interface NetworkInfo {
  /** Asked for, in a launch; given, in a status. */
  ip_addresses?: readonly NetworkInfo_IPAddress[];
  /** Of a CNI or Docker network. Absent: the agent's own. */
  name?: string;
  /** Passed to the network's plugin. */
  groups?: readonly string[];
  labels?: Labels;
  port_mappings?: readonly NetworkInfo_PortMapping[];
}
export const NetworkInfo: MessageType<NetworkInfo> = message("mesos.v1.NetworkInfo", () => [
  [5, "ip_addresses", NetworkInfo_IPAddress, "repeated"],
  [6, "name", "string", "optional"],
  [3, "groups", "string", "repeated"],
  [4, "labels", Labels, "optional"],
  [7, "port_mappings", NetworkInfo_PortMapping, "repeated"],
]);

/** Asked for by protocol or by address; given with both. */
export interface NetworkInfo_IPAddress {
  /** Absent means `IPv4`. */
  protocol?: NetworkInfo_Protocol;
  ip_address?: string;
}
export const NetworkInfo_IPAddress: MessageType<NetworkInfo_IPAddress> =
  message("mesos.v1.NetworkInfo.IPAddress", () => [
  [1, "protocol", NetworkInfo_Protocol, "optional", { default: "IPv4" }],
  [2, "ip_address", "string", "optional"],
]);

/** A port of the agent that leads to one of the container. */
export interface NetworkInfo_PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}
export const NetworkInfo_PortMapping: MessageType<NetworkInfo_PortMapping> =
  message("mesos.v1.NetworkInfo.PortMapping", () => [
  [1, "host_port", "uint32", "required"],
  [2, "container_port", "uint32", "required"],
  [3, "protocol", "string", "optional"],
]);

export type NetworkInfo_Protocol =
  | "IPv4"
  | "IPv6";
export const NetworkInfo_Protocol: EnumType<NetworkInfo_Protocol> =
  enumeration("mesos.v1.NetworkInfo.Protocol", {
  IPv4: 1,
  IPv6: 2,
});

/**
 * Resources of one agent, offered to one role of one framework. It holds until it is answered or
 * rescinded.
 */
export interface Offer {
  /** Given by the master: `<master id>-O<n>`. */
  id: OfferID;
  framework_id: FrameworkID;
  agent_id: AgentID;
  hostname: string;
  /** The agent's server. */
  url?: URL;
  /** Where the agent stands. Absent: in the same place as the master. */
  domain?: DomainInfo;
  resources?: readonly Resource[];
  attributes?: readonly Attribute[];
  /** Executors of the framework that run on the agent. */
  executor_ids?: readonly ExecutorID[];
  /** When the agent is scheduled to go away for maintenance. */
  unavailability?: Unavailability;
  /** To which of its roles the framework is offered this. Only with MULTI_ROLE. */
  allocation_info?: Resource_AllocationInfo;
}
export const Offer: MessageType<Offer> = message("mesos.v1.Offer", () => [
  [1, "id", OfferID, "required"],
  [2, "framework_id", FrameworkID, "required"],
  [3, "agent_id", AgentID, "required"],
  [4, "hostname", "string", "required"],
  [8, "url", URL, "optional"],
  [11, "domain", DomainInfo, "optional"],
  [5, "resources", Resource, "repeated"],
  [7, "attributes", Attribute, "repeated"],
  [6, "executor_ids", ExecutorID, "repeated"],
  [9, "unavailability", Unavailability, "optional"],
  [10, "allocation_info", Resource_AllocationInfo, "optional"],
]);

/** Something done with offered resources. The member that `type` names is set. */
export interface Offer_Operation {
  type?: Offer_Operation_Type;
  /** Set to be told the operation's outcome as UPDATE_OPERATION_STATUS. Not for launches. */
  id?: OperationID;
  launch?: Offer_Operation_Launch;
  launch_group?: Offer_Operation_LaunchGroup;
  reserve?: Offer_Operation_Reserve;
  unreserve?: Offer_Operation_Unreserve;
  create?: Offer_Operation_Create;
  destroy?: Offer_Operation_Destroy;
  grow_volume?: Offer_Operation_GrowVolume;
  shrink_volume?: Offer_Operation_ShrinkVolume;
  create_disk?: Offer_Operation_CreateDisk;
  destroy_disk?: Offer_Operation_DestroyDisk;
}
export const Offer_Operation: MessageType<Offer_Operation> =
  message("mesos.v1.Offer.Operation", () => [
  [1, "type", Offer_Operation_Type, "optional"],
  [12, "id", OperationID, "optional"],
  [2, "launch", Offer_Operation_Launch, "optional"],
  [7, "launch_group", Offer_Operation_LaunchGroup, "optional"],
  [3, "reserve", Offer_Operation_Reserve, "optional"],
  [4, "unreserve", Offer_Operation_Unreserve, "optional"],
  [5, "create", Offer_Operation_Create, "optional"],
  [6, "destroy", Offer_Operation_Destroy, "optional"],
  [13, "grow_volume", Offer_Operation_GrowVolume, "optional"],
  [14, "shrink_volume", Offer_Operation_ShrinkVolume, "optional"],
  [15, "create_disk", Offer_Operation_CreateDisk, "optional"],
  [16, "destroy_disk", Offer_Operation_DestroyDisk, "optional"],
]);

/** Makes persistent volumes of reserved disk. */
export interface Offer_Operation_Create {
  volumes?: readonly Resource[];
}
export const Offer_Operation_Create: MessageType<Offer_Operation_Create> =
  message("mesos.v1.Offer.Operation.Create", () => [
  [1, "volumes", Resource, "repeated"],
]);

/** Makes a mount or block disk of a raw one. */
export interface Offer_Operation_CreateDisk {
  source: Resource;
  target_type: Resource_DiskInfo_Source_Type;
  target_profile?: string;
}
export const Offer_Operation_CreateDisk: MessageType<Offer_Operation_CreateDisk> =
  message("mesos.v1.Offer.Operation.CreateDisk", () => [
  [1, "source", Resource, "required"],
  [2, "target_type", Resource_DiskInfo_Source_Type, "required"],
  [3, "target_profile", "string", "optional"],
]);

/** Destroys persistent volumes and what is in them. */
export interface Offer_Operation_Destroy {
  volumes?: readonly Resource[];
}
export const Offer_Operation_Destroy: MessageType<Offer_Operation_Destroy> =
  message("mesos.v1.Offer.Operation.Destroy", () => [
  [1, "volumes", Resource, "repeated"],
]);

/** Makes a mount or block disk raw again. */
export interface Offer_Operation_DestroyDisk {
  source: Resource;
}
export const Offer_Operation_DestroyDisk: MessageType<Offer_Operation_DestroyDisk> =
  message("mesos.v1.Offer.Operation.DestroyDisk", () => [
  [1, "source", Resource, "required"],
]);

/** Adds free disk to a persistent volume. */
export interface Offer_Operation_GrowVolume {
  volume: Resource;
  addition: Resource;
}
export const Offer_Operation_GrowVolume: MessageType<Offer_Operation_GrowVolume> =
  message("mesos.v1.Offer.Operation.GrowVolume", () => [
  [1, "volume", Resource, "required"],
  [2, "addition", Resource, "required"],
]);

/** Starts tasks, each on its own. */
export interface Offer_Operation_Launch {
  task_infos?: readonly TaskInfo[];
}
export const Offer_Operation_Launch: MessageType<Offer_Operation_Launch> =
  message("mesos.v1.Offer.Operation.Launch", () => [
  [1, "task_infos", TaskInfo, "repeated"],
]);

/** Starts tasks that run in one executor and end together. */
export interface Offer_Operation_LaunchGroup {
  executor: ExecutorInfo;
  task_group: TaskGroupInfo;
}
export const Offer_Operation_LaunchGroup: MessageType<Offer_Operation_LaunchGroup> =
  message("mesos.v1.Offer.Operation.LaunchGroup", () => [
  [1, "executor", ExecutorInfo, "required"],
  [2, "task_group", TaskGroupInfo, "required"],
]);

/** Reserves resources for the role that the last of their `reservations` names. */
export interface Offer_Operation_Reserve {
  /** The resources as they are reserved now. Absent: one reservation less than `resources`. */
  source?: readonly Resource[];
  resources?: readonly Resource[];
}
export const Offer_Operation_Reserve: MessageType<Offer_Operation_Reserve> =
  message("mesos.v1.Offer.Operation.Reserve", () => [
  [2, "source", Resource, "repeated"],
  [1, "resources", Resource, "repeated"],
]);

/** Takes space from a persistent volume. */
export interface Offer_Operation_ShrinkVolume {
  volume: Resource;
  subtract: Value_Scalar;
}
export const Offer_Operation_ShrinkVolume: MessageType<Offer_Operation_ShrinkVolume> =
  message("mesos.v1.Offer.Operation.ShrinkVolume", () => [
  [1, "volume", Resource, "required"],
  [2, "subtract", Value_Scalar, "required"],
]);

export type Offer_Operation_Type =
  | "UNKNOWN"
  | "LAUNCH"
  | "LAUNCH_GROUP"
  | "RESERVE"
  | "UNRESERVE"
  | "CREATE"
  | "DESTROY"
  | "GROW_VOLUME"
  | "SHRINK_VOLUME"
  | "CREATE_DISK"
  | "DESTROY_DISK";
export const Offer_Operation_Type: EnumType<Offer_Operation_Type> =
  enumeration("mesos.v1.Offer.Operation.Type", {
  UNKNOWN: 0,
  LAUNCH: 1,
  LAUNCH_GROUP: 6,
  RESERVE: 2,
  UNRESERVE: 3,
  CREATE: 4,
  DESTROY: 5,
  GROW_VOLUME: 11,
  SHRINK_VOLUME: 12,
  CREATE_DISK: 13,
  DESTROY_DISK: 14,
});

/** Gives the last of the resources' reservations up. */
export interface Offer_Operation_Unreserve {
  resources?: readonly Resource[];
}
export const Offer_Operation_Unreserve: MessageType<Offer_Operation_Unreserve> =
  message("mesos.v1.Offer.Operation.Unreserve", () => [
  [1, "resources", Resource, "repeated"],
]);

/** Which offers are worth making to a role. */
export interface OfferFilters {
  /** Absent: the master's flag. Empty quantities: any offer. */
  min_allocatable_resources?: OfferFilters_MinAllocatableResources;
}
export const OfferFilters: MessageType<OfferFilters> = message("mesos.v1.OfferFilters", () => [
  [1, "min_allocatable_resources", OfferFilters_MinAllocatableResources, "optional"],
]);

/** An offer has all of at least one of these. */
export interface OfferFilters_MinAllocatableResources {
  quantities?: readonly OfferFilters_ResourceQuantities[];
}
export const OfferFilters_MinAllocatableResources: MessageType<OfferFilters_MinAllocatableResources> =
  message("mesos.v1.OfferFilters.MinAllocatableResources", () => [
  [1, "quantities", OfferFilters_ResourceQuantities, "repeated"],
]);

/** Resource name to quantity. */
export interface OfferFilters_ResourceQuantities {
  quantities?: Readonly<Record<string, Value_Scalar>>;
}
export const OfferFilters_ResourceQuantities: MessageType<OfferFilters_ResourceQuantities> =
  message("mesos.v1.OfferFilters.ResourceQuantities", () => [
  [1, "quantities", Value_Scalar, "map"],
]);

/** Given by the master: `<master id>-O<n>`. */
export interface OfferID {
  value: string;
}
export const OfferID: MessageType<OfferID> = message("mesos.v1.OfferID", () => [
  [1, "value", "string", "required"],
]);

/** An operation as master and agent keep it. */
export interface Operation {
  /** Absent for an operator's. */
  framework_id?: FrameworkID;
  agent_id?: AgentID;
  info: Offer_Operation;
  /** The newest one known, acknowledged or not. */
  latest_status: OperationStatus;
  /** All that were sent, the newest last. */
  statuses?: readonly OperationStatus[];
  /** Chosen by the master; names the operation between master and agent. */
  uuid: UUID;
}
export const Operation: MessageType<Operation> = message("mesos.v1.Operation", () => [
  [1, "framework_id", FrameworkID, "optional"],
  [2, "agent_id", AgentID, "optional"],
  [3, "info", Offer_Operation, "required"],
  [4, "latest_status", OperationStatus, "required"],
  [5, "statuses", OperationStatus, "repeated"],
  [6, "uuid", UUID, "required"],
]);

/** Chosen by the framework, unique among its operations. */
export interface OperationID {
  value: string;
}
export const OperationID: MessageType<OperationID> = message("mesos.v1.OperationID", () => [
  [1, "value", "string", "required"],
]);

/** How an operation stands. FINISHED, ERROR, FAILED, DROPPED and GONE_BY_OPERATOR are final. */
export type OperationState =
  | "OPERATION_UNSUPPORTED"
  /** On its way. */
  | "OPERATION_PENDING"
  /** Done. */
  | "OPERATION_FINISHED"
  /** Tried, and failed. */
  | "OPERATION_FAILED"
  /** Refused. */
  | "OPERATION_ERROR"
  /** Never reached the agent. */
  | "OPERATION_DROPPED"
  /** The agent does not answer. */
  | "OPERATION_UNREACHABLE"
  /** An operator gave the agent up. */
  | "OPERATION_GONE_BY_OPERATOR"
  /** The agent is not back yet since the master's start. */
  | "OPERATION_RECOVERING"
  /** No such operation, as far as the master knows. */
  | "OPERATION_UNKNOWN";
export const OperationState: EnumType<OperationState> = enumeration("mesos.v1.OperationState", {
  OPERATION_UNSUPPORTED: 0,
  OPERATION_PENDING: 1,
  OPERATION_FINISHED: 2,
  OPERATION_FAILED: 3,
  OPERATION_ERROR: 4,
  OPERATION_DROPPED: 5,
  OPERATION_UNREACHABLE: 6,
  OPERATION_GONE_BY_OPERATOR: 7,
  OPERATION_RECOVERING: 8,
  OPERATION_UNKNOWN: 9,
});

/** News of an operation. */
export interface OperationStatus {
  operation_id?: OperationID;
  state: OperationState;
  message?: string;
  /** What the resources became. Only when FINISHED. */
  converted_resources?: readonly Resource[];
  /** Present: this is to be acknowledged. */
  uuid?: UUID;
  agent_id?: AgentID;
  resource_provider_id?: ResourceProviderID;
}
export const OperationStatus: MessageType<OperationStatus> =
  message("mesos.v1.OperationStatus", () => [
  [1, "operation_id", OperationID, "optional"],
  [2, "state", OperationState, "required"],
  [3, "message", "string", "optional"],
  [4, "converted_resources", Resource, "repeated"],
  [5, "uuid", UUID, "optional"],
  [6, "agent_id", AgentID, "optional"],
  [7, "resource_provider_id", ResourceProviderID, "optional"],
]);

/** A key and its value. */
export interface Parameter {
  key: string;
  value: string;
}
export const Parameter: MessageType<Parameter> = message("mesos.v1.Parameter", () => [
  [1, "key", "string", "required"],
  [2, "value", "string", "required"],
]);

/** Keys and values. */
export interface Parameters {
  parameter?: readonly Parameter[];
}
export const Parameters: MessageType<Parameters> = message("mesos.v1.Parameters", () => [
  [1, "parameter", Parameter, "repeated"],
]);

/** Counters of Linux's perf events over one sample. */
export interface PerfStatistics {
  /** Start of the sample, in seconds since the epoch. */
  timestamp: number;
  /** Seconds sampled. */
  duration: number;
  cycles?: number;
  stalled_cycles_frontend?: number;
  stalled_cycles_backend?: number;
  instructions?: number;
  cache_references?: number;
  cache_misses?: number;
  branches?: number;
  branch_misses?: number;
  bus_cycles?: number;
  ref_cycles?: number;
  cpu_clock?: number;
  task_clock?: number;
  page_faults?: number;
  minor_faults?: number;
  major_faults?: number;
  context_switches?: number;
  cpu_migrations?: number;
  alignment_faults?: number;
  emulation_faults?: number;
  l1_dcache_loads?: number;
  l1_dcache_load_misses?: number;
  l1_dcache_stores?: number;
  l1_dcache_store_misses?: number;
  l1_dcache_prefetches?: number;
  l1_dcache_prefetch_misses?: number;
  l1_icache_loads?: number;
  l1_icache_load_misses?: number;
  l1_icache_prefetches?: number;
  l1_icache_prefetch_misses?: number;
  llc_loads?: number;
  llc_load_misses?: number;
  llc_stores?: number;
  llc_store_misses?: number;
  llc_prefetches?: number;
  llc_prefetch_misses?: number;
  dtlb_loads?: number;
  dtlb_load_misses?: number;
  dtlb_stores?: number;
  dtlb_store_misses?: number;
  dtlb_prefetches?: number;
  dtlb_prefetch_misses?: number;
  itlb_loads?: number;
  itlb_load_misses?: number;
  branch_loads?: number;
  branch_load_misses?: number;
  node_loads?: number;
  node_load_misses?: number;
  node_stores?: number;
  node_store_misses?: number;
  node_prefetches?: number;
  node_prefetch_misses?: number;
}
export const PerfStatistics: MessageType<PerfStatistics> =
  message("mesos.v1.PerfStatistics", () => [
  [1, "timestamp", "double", "required"],
  [2, "duration", "double", "required"],
  [3, "cycles", "uint64", "optional"],
  [4, "stalled_cycles_frontend", "uint64", "optional"],
  [5, "stalled_cycles_backend", "uint64", "optional"],
  [6, "instructions", "uint64", "optional"],
  [7, "cache_references", "uint64", "optional"],
  [8, "cache_misses", "uint64", "optional"],
  [9, "branches", "uint64", "optional"],
  [10, "branch_misses", "uint64", "optional"],
  [11, "bus_cycles", "uint64", "optional"],
  [12, "ref_cycles", "uint64", "optional"],
  [13, "cpu_clock", "double", "optional"],
  [14, "task_clock", "double", "optional"],
  [15, "page_faults", "uint64", "optional"],
  [16, "minor_faults", "uint64", "optional"],
  [17, "major_faults", "uint64", "optional"],
  [18, "context_switches", "uint64", "optional"],
  [19, "cpu_migrations", "uint64", "optional"],
  [20, "alignment_faults", "uint64", "optional"],
  [21, "emulation_faults", "uint64", "optional"],
  [22, "l1_dcache_loads", "uint64", "optional"],
  [23, "l1_dcache_load_misses", "uint64", "optional"],
  [24, "l1_dcache_stores", "uint64", "optional"],
  [25, "l1_dcache_store_misses", "uint64", "optional"],
  [26, "l1_dcache_prefetches", "uint64", "optional"],
  [27, "l1_dcache_prefetch_misses", "uint64", "optional"],
  [28, "l1_icache_loads", "uint64", "optional"],
  [29, "l1_icache_load_misses", "uint64", "optional"],
  [30, "l1_icache_prefetches", "uint64", "optional"],
  [31, "l1_icache_prefetch_misses", "uint64", "optional"],
  [32, "llc_loads", "uint64", "optional"],
  [33, "llc_load_misses", "uint64", "optional"],
  [34, "llc_stores", "uint64", "optional"],
  [35, "llc_store_misses", "uint64", "optional"],
  [36, "llc_prefetches", "uint64", "optional"],
  [37, "llc_prefetch_misses", "uint64", "optional"],
  [38, "dtlb_loads", "uint64", "optional"],
  [39, "dtlb_load_misses", "uint64", "optional"],
  [40, "dtlb_stores", "uint64", "optional"],
  [41, "dtlb_store_misses", "uint64", "optional"],
  [42, "dtlb_prefetches", "uint64", "optional"],
  [43, "dtlb_prefetch_misses", "uint64", "optional"],
  [44, "itlb_loads", "uint64", "optional"],
  [45, "itlb_load_misses", "uint64", "optional"],
  [46, "branch_loads", "uint64", "optional"],
  [47, "branch_load_misses", "uint64", "optional"],
  [48, "node_loads", "uint64", "optional"],
  [49, "node_load_misses", "uint64", "optional"],
  [50, "node_stores", "uint64", "optional"],
  [51, "node_store_misses", "uint64", "optional"],
  [52, "node_prefetches", "uint64", "optional"],
  [53, "node_prefetch_misses", "uint64", "optional"],
]);

/** A port of a task or an executor, for discovery. */
export interface Port {
  number: number;
  name?: string;
  protocol?: string;
  visibility?: DiscoveryInfo_Visibility;
  labels?: Labels;
}
export const Port: MessageType<Port> = message("mesos.v1.Port", () => [
  [1, "number", "uint32", "required"],
  [2, "name", "string", "optional"],
  [3, "protocol", "string", "optional"],
  [4, "visibility", DiscoveryInfo_Visibility, "optional"],
  [5, "labels", Labels, "optional"],
]);

/** Ports, for discovery. */
export interface Ports {
  ports?: readonly Port[];
}
export const Ports: MessageType<Ports> = message("mesos.v1.Ports", () => [
  [1, "ports", Port, "repeated"],
]);

/** Limits that the kernel puts on each process of a container. */
export interface RLimitInfo {
  rlimits?: readonly RLimitInfo_RLimit[];
}
export const RLimitInfo: MessageType<RLimitInfo> = message("mesos.v1.RLimitInfo", () => [
  [1, "rlimits", RLimitInfo_RLimit, "repeated"],
]);

/** Without `soft` and `hard`: unlimited. They go together. */
export interface RLimitInfo_RLimit {
  type?: RLimitInfo_RLimit_Type;
  hard?: number;
  soft?: number;
}
export const RLimitInfo_RLimit: MessageType<RLimitInfo_RLimit> =
  message("mesos.v1.RLimitInfo.RLimit", () => [
  [1, "type", RLimitInfo_RLimit_Type, "optional"],
  [2, "hard", "uint64", "optional"],
  [3, "soft", "uint64", "optional"],
]);

export type RLimitInfo_RLimit_Type =
  | "UNKNOWN"
  | "RLMT_AS"
  | "RLMT_CORE"
  | "RLMT_CPU"
  | "RLMT_DATA"
  | "RLMT_FSIZE"
  | "RLMT_LOCKS"
  | "RLMT_MEMLOCK"
  | "RLMT_MSGQUEUE"
  | "RLMT_NICE"
  | "RLMT_NOFILE"
  | "RLMT_NPROC"
  | "RLMT_RSS"
  | "RLMT_RTPRIO"
  | "RLMT_RTTIME"
  | "RLMT_SIGPENDING"
  | "RLMT_STACK";
export const RLimitInfo_RLimit_Type: EnumType<RLimitInfo_RLimit_Type> =
  enumeration("mesos.v1.RLimitInfo.RLimit.Type", {
  UNKNOWN: 0,
  RLMT_AS: 1,
  RLMT_CORE: 2,
  RLMT_CPU: 3,
  RLMT_DATA: 4,
  RLMT_FSIZE: 5,
  RLMT_LOCKS: 6,
  RLMT_MEMLOCK: 7,
  RLMT_MSGQUEUE: 8,
  RLMT_NICE: 9,
  RLMT_NOFILE: 10,
  RLMT_NPROC: 11,
  RLMT_RSS: 12,
  RLMT_RTPRIO: 13,
  RLMT_RTTIME: 14,
  RLMT_SIGPENDING: 15,
  RLMT_STACK: 16,
});

/** How many messages of a principal are handled. */
export interface RateLimit {
  /** Messages a second. Absent: no limit. */
  qps?: number;
  principal: string;
  /** How many may wait. Absent: no limit. */
  capacity?: number;
}
export const RateLimit: MessageType<RateLimit> = message("mesos.v1.RateLimit", () => [
  [1, "qps", "double", "optional"],
  [2, "principal", "string", "required"],
  [3, "capacity", "uint64", "optional"],
]);

/** Limits by principal, and for all others together. */
export interface RateLimits {
  limits?: readonly RateLimit[];
  aggregate_default_qps?: number;
  aggregate_default_capacity?: number;
}
export const RateLimits: MessageType<RateLimits> = message("mesos.v1.RateLimits", () => [
  [1, "limits", RateLimit, "repeated"],
  [2, "aggregate_default_qps", "double", "optional"],
  [3, "aggregate_default_capacity", "uint64", "optional"],
]);

/** What a framework would like to be offered. Taken note of, no more. */
export interface Request {
  agent_id?: AgentID;
  resources?: readonly Resource[];
}
export const Request: MessageType<Request> = message("mesos.v1.Request", () => [
  [1, "agent_id", AgentID, "optional"],
  [2, "resources", Resource, "repeated"],
]);

/** Some of one resource, with its reservation, its allocation and, for disk, its place. */
export interface Resource {
  /** Who provides it. Absent: the agent itself. */
  provider_id?: ResourceProviderID;
  name: string;
  type: Value_Type;
  /** Quantities count in thousandths; finer fractions are rounded. */
  scalar?: Value_Scalar;
  ranges?: Value_Ranges;
  set?: Value_Set;
  /**
   * Only in the older form: for whom it is reserved, or `*`. Newer is `reservations`. Absent means
   * `*`.
   */
  role?: string;
  /** To whom it is allocated. Absent: to nobody, or to a framework without MULTI_ROLE. */
  allocation_info?: Resource_AllocationInfo;
  /** Only in the older form: present when `role`'s reservation is a dynamic one. */
  reservation?: Resource_ReservationInfo;
  /** A stack; each role lies below the one before it. Empty: unreserved. */
  reservations?: readonly Resource_ReservationInfo[];
  disk?: Resource_DiskInfo;
  /** Present: it may be taken away at any time. */
  revocable?: Resource_RevocableInfo;
  /** Present: several tasks may use it at the same time. */
  shared?: Resource_SharedInfo;
}
export const Resource: MessageType<Resource> = message("mesos.v1.Resource", () => [
  [12, "provider_id", ResourceProviderID, "optional"],
  [1, "name", "string", "required"],
  [2, "type", Value_Type, "required"],
  [3, "scalar", Value_Scalar, "optional"],
  [4, "ranges", Value_Ranges, "optional"],
  [5, "set", Value_Set, "optional"],
  [6, "role", "string", "optional", { default: "*", deprecated: true }],
  [11, "allocation_info", Resource_AllocationInfo, "optional"],
  [8, "reservation", Resource_ReservationInfo, "optional"],
  [13, "reservations", Resource_ReservationInfo, "repeated"],
  [7, "disk", Resource_DiskInfo, "optional"],
  [9, "revocable", Resource_RevocableInfo, "optional"],
  [10, "shared", Resource_SharedInfo, "optional"],
]);

/** The role that resources are offered or allocated to. */
export interface Resource_AllocationInfo {
  role?: string;
}
export const Resource_AllocationInfo: MessageType<Resource_AllocationInfo> =
  message("mesos.v1.Resource.AllocationInfo", () => [
  [1, "role", "string", "optional"],
]);

/** What is special about a disk. */
export interface Resource_DiskInfo {
  /** Present: it is a volume that outlives its tasks. */
  persistence?: Resource_DiskInfo_Persistence;
  /** Where a persistent volume is mounted in the container. */
  volume?: Volume;
  /** Where the disk comes from. Absent: the agent's work directory. */
  source?: Resource_DiskInfo_Source;
}
export const Resource_DiskInfo: MessageType<Resource_DiskInfo> =
  message("mesos.v1.Resource.DiskInfo", () => [
  [1, "persistence", Resource_DiskInfo_Persistence, "optional"],
  [2, "volume", Volume, "optional"],
  [3, "source", Resource_DiskInfo_Source, "optional"],
]);

/** What makes a volume persistent. */
export interface Resource_DiskInfo_Persistence {
  /** Chosen by the framework, unique for a role on an agent. */
  id: string;
  /** Who made it. */
  principal?: string;
}
export const Resource_DiskInfo_Persistence: MessageType<Resource_DiskInfo_Persistence> =
  message("mesos.v1.Resource.DiskInfo.Persistence", () => [
  [1, "id", "string", "required"],
  [2, "principal", "string", "optional"],
]);

/** A disk other than that of the work directory. */
export interface Resource_DiskInfo_Source {
  type: Resource_DiskInfo_Source_Type;
  path?: Resource_DiskInfo_Source_Path;
  mount?: Resource_DiskInfo_Source_Mount;
  vendor?: string;
  /** Given by the storage plugin; with `vendor` it is unique. */
  id?: string;
  metadata?: Labels;
  /** The operator's name for a kind of storage. */
  profile?: string;
}
export const Resource_DiskInfo_Source: MessageType<Resource_DiskInfo_Source> =
  message("mesos.v1.Resource.DiskInfo.Source", () => [
  [1, "type", Resource_DiskInfo_Source_Type, "required"],
  [2, "path", Resource_DiskInfo_Source_Path, "optional"],
  [3, "mount", Resource_DiskInfo_Source_Mount, "optional"],
  [7, "vendor", "string", "optional"],
  [4, "id", "string", "optional"],
  [5, "metadata", Labels, "optional"],
  [6, "profile", "string", "optional"],
]);

/** A mounted file system, used whole. */
export interface Resource_DiskInfo_Source_Mount {
  /** Absolute, or below the work directory. */
  root?: string;
}
export const Resource_DiskInfo_Source_Mount: MessageType<Resource_DiskInfo_Source_Mount> =
  message("mesos.v1.Resource.DiskInfo.Source.Mount", () => [
  [1, "root", "string", "optional"],
]);

/** A folder that may be divided among many. */
export interface Resource_DiskInfo_Source_Path {
  /** Absolute, or below the work directory. */
  root?: string;
}
export const Resource_DiskInfo_Source_Path: MessageType<Resource_DiskInfo_Source_Path> =
  message("mesos.v1.Resource.DiskInfo.Source.Path", () => [
  [1, "root", "string", "optional"],
]);

/** PATH can be divided, MOUNT is taken whole, BLOCK and RAW come from storage plugins. */
export type Resource_DiskInfo_Source_Type =
  | "UNKNOWN"
  | "PATH"
  | "MOUNT"
  | "BLOCK"
  | "RAW";
export const Resource_DiskInfo_Source_Type: EnumType<Resource_DiskInfo_Source_Type> =
  enumeration("mesos.v1.Resource.DiskInfo.Source.Type", {
  UNKNOWN: 0,
  PATH: 1,
  MOUNT: 2,
  BLOCK: 3,
  RAW: 4,
});

/** A reservation for a role. */
export interface Resource_ReservationInfo {
  type?: Resource_ReservationInfo_Type;
  role?: string;
  /** Who made it. */
  principal?: string;
  /** Set by who made it; reservations with other labels are other reservations. */
  labels?: Labels;
}
export const Resource_ReservationInfo: MessageType<Resource_ReservationInfo> =
  message("mesos.v1.Resource.ReservationInfo", () => [
  [4, "type", Resource_ReservationInfo_Type, "optional"],
  [3, "role", "string", "optional"],
  [1, "principal", "string", "optional"],
  [2, "labels", Labels, "optional"],
]);

/** STATIC comes from the agent's flags, DYNAMIC from a framework or an operator. */
export type Resource_ReservationInfo_Type =
  | "UNKNOWN"
  | "STATIC"
  | "DYNAMIC";
export const Resource_ReservationInfo_Type: EnumType<Resource_ReservationInfo_Type> =
  enumeration("mesos.v1.Resource.ReservationInfo.Type", {
  UNKNOWN: 0,
  STATIC: 1,
  DYNAMIC: 2,
});

/** Marks what may be taken away at any time. */
export interface Resource_RevocableInfo {
}
export const Resource_RevocableInfo: MessageType<Resource_RevocableInfo> =
  message("mesos.v1.Resource.RevocableInfo", () => [
]);

/** Marks what several tasks may use at the same time. */
export interface Resource_SharedInfo {
}
export const Resource_SharedInfo: MessageType<Resource_SharedInfo> =
  message("mesos.v1.Resource.SharedInfo", () => [
]);

/** Given by the agent when the provider subscribes first. */
export interface ResourceProviderID {
  value: string;
}
export const ResourceProviderID: MessageType<ResourceProviderID> =
  message("mesos.v1.ResourceProviderID", () => [
  [1, "value", "string", "required"],
]);

/** Something that provides resources on an agent beside the agent itself. */
export interface ResourceProviderInfo {
  id?: ResourceProviderID;
  attributes?: readonly Attribute[];
  /** Namespace of the name, such as `org.apache.mesos.rp.local.storage`. */
  type: string;
  name: string;
  /** On everything it provides. */
  default_reservations?: readonly Resource_ReservationInfo[];
  storage?: ResourceProviderInfo_Storage;
}
export const ResourceProviderInfo: MessageType<ResourceProviderInfo> =
  message("mesos.v1.ResourceProviderInfo", () => [
  [1, "id", ResourceProviderID, "optional"],
  [2, "attributes", Attribute, "repeated"],
  [3, "type", "string", "required"],
  [4, "name", "string", "required"],
  [5, "default_reservations", Resource_ReservationInfo, "repeated"],
  [6, "storage", ResourceProviderInfo_Storage, "optional"],
]);

export interface ResourceProviderInfo_Storage {
  plugin: CSIPluginInfo;
  reconciliation_interval_seconds?: number;
}
export const ResourceProviderInfo_Storage: MessageType<ResourceProviderInfo_Storage> =
  message("mesos.v1.ResourceProviderInfo.Storage", () => [
  [1, "plugin", CSIPluginInfo, "required"],
  [2, "reconciliation_interval_seconds", "double", "optional"],
]);

/** What a container uses, as far as its isolators count it. */
export interface ResourceStatistics {
  /** When it was taken, in seconds since the epoch. */
  timestamp: number;
  processes?: number;
  threads?: number;
  cpus_user_time_secs?: number;
  cpus_system_time_secs?: number;
  /** What it may use at most. */
  cpus_limit?: number;
  /** What its share is worth when the agent is busy. */
  cpus_soft_limit?: number;
  /** Periods of the CPU quota that have passed. */
  cpus_nr_periods?: number;
  /** Periods in which the quota was used up. */
  cpus_nr_throttled?: number;
  cpus_throttled_time_secs?: number;
  /** Memory and page cache. */
  mem_total_bytes?: number;
  /** The same with swap. */
  mem_total_memsw_bytes?: number;
  mem_kmem_usage_bytes?: number;
  mem_kmem_tcp_usage_bytes?: number;
  /** Above it the container is ended. */
  mem_limit_bytes?: number;
  /** Above it memory is taken back when it gets scarce. */
  mem_soft_limit_bytes?: number;
  /** The older name of `mem_cache_bytes`. */
  mem_file_bytes?: number;
  /** The older name of `mem_rss_bytes`. */
  mem_anon_bytes?: number;
  mem_cache_bytes?: number;
  mem_rss_bytes?: number;
  mem_mapped_file_bytes?: number;
  mem_swap_bytes?: number;
  mem_unevictable_bytes?: number;
  /** How often the kernel told of each pressure. */
  mem_low_pressure_counter?: number;
  mem_medium_pressure_counter?: number;
  mem_critical_pressure_counter?: number;
  disk_limit_bytes?: number;
  /** In the sandbox. */
  disk_used_bytes?: number;
  disk_statistics?: readonly DiskStatistics[];
  blkio_statistics?: CgroupInfo_Blkio_Statistics;
  perf?: PerfStatistics;
  net_rx_packets?: number;
  net_rx_bytes?: number;
  net_rx_errors?: number;
  net_rx_dropped?: number;
  net_tx_packets?: number;
  net_tx_bytes?: number;
  net_tx_errors?: number;
  net_tx_dropped?: number;
  net_tx_rate_limit?: number;
  net_tx_burst_rate_limit?: number;
  net_tx_burst_size?: number;
  net_rx_rate_limit?: number;
  net_rx_burst_rate_limit?: number;
  net_rx_burst_size?: number;
  net_rate_statistics?: ResourceStatistics_RateStatistics;
  net_ephemeral_ports?: Value_Range;
  net_tcp_rtt_microsecs_p50?: number;
  net_tcp_rtt_microsecs_p90?: number;
  net_tcp_rtt_microsecs_p95?: number;
  net_tcp_rtt_microsecs_p99?: number;
  net_tcp_active_connections?: number;
  net_tcp_time_wait_connections?: number;
  net_traffic_control_statistics?: readonly TrafficControlStatistics[];
  net_snmp_statistics?: SNMPStatistics;
}
export const ResourceStatistics: MessageType<ResourceStatistics> =
  message("mesos.v1.ResourceStatistics", () => [
  [1, "timestamp", "double", "required"],
  [30, "processes", "uint32", "optional"],
  [31, "threads", "uint32", "optional"],
  [2, "cpus_user_time_secs", "double", "optional"],
  [3, "cpus_system_time_secs", "double", "optional"],
  [4, "cpus_limit", "double", "optional"],
  [45, "cpus_soft_limit", "double", "optional"],
  [7, "cpus_nr_periods", "uint32", "optional"],
  [8, "cpus_nr_throttled", "uint32", "optional"],
  [9, "cpus_throttled_time_secs", "double", "optional"],
  [36, "mem_total_bytes", "uint64", "optional"],
  [37, "mem_total_memsw_bytes", "uint64", "optional"],
  [52, "mem_kmem_usage_bytes", "uint64", "optional"],
  [53, "mem_kmem_tcp_usage_bytes", "uint64", "optional"],
  [6, "mem_limit_bytes", "uint64", "optional"],
  [38, "mem_soft_limit_bytes", "uint64", "optional"],
  [10, "mem_file_bytes", "uint64", "optional"],
  [11, "mem_anon_bytes", "uint64", "optional"],
  [39, "mem_cache_bytes", "uint64", "optional"],
  [5, "mem_rss_bytes", "uint64", "optional"],
  [12, "mem_mapped_file_bytes", "uint64", "optional"],
  [40, "mem_swap_bytes", "uint64", "optional"],
  [41, "mem_unevictable_bytes", "uint64", "optional"],
  [32, "mem_low_pressure_counter", "uint64", "optional"],
  [33, "mem_medium_pressure_counter", "uint64", "optional"],
  [34, "mem_critical_pressure_counter", "uint64", "optional"],
  [26, "disk_limit_bytes", "uint64", "optional"],
  [27, "disk_used_bytes", "uint64", "optional"],
  [43, "disk_statistics", DiskStatistics, "repeated"],
  [44, "blkio_statistics", CgroupInfo_Blkio_Statistics, "optional"],
  [13, "perf", PerfStatistics, "optional"],
  [14, "net_rx_packets", "uint64", "optional"],
  [15, "net_rx_bytes", "uint64", "optional"],
  [16, "net_rx_errors", "uint64", "optional"],
  [17, "net_rx_dropped", "uint64", "optional"],
  [18, "net_tx_packets", "uint64", "optional"],
  [19, "net_tx_bytes", "uint64", "optional"],
  [20, "net_tx_errors", "uint64", "optional"],
  [21, "net_tx_dropped", "uint64", "optional"],
  [46, "net_tx_rate_limit", "uint64", "optional"],
  [47, "net_tx_burst_rate_limit", "uint64", "optional"],
  [48, "net_tx_burst_size", "uint64", "optional"],
  [49, "net_rx_rate_limit", "uint64", "optional"],
  [50, "net_rx_burst_rate_limit", "uint64", "optional"],
  [51, "net_rx_burst_size", "uint64", "optional"],
  [54, "net_rate_statistics", ResourceStatistics_RateStatistics, "optional"],
  [55, "net_ephemeral_ports", Value_Range, "optional"],
  [22, "net_tcp_rtt_microsecs_p50", "double", "optional"],
  [23, "net_tcp_rtt_microsecs_p90", "double", "optional"],
  [24, "net_tcp_rtt_microsecs_p95", "double", "optional"],
  [25, "net_tcp_rtt_microsecs_p99", "double", "optional"],
  [28, "net_tcp_active_connections", "double", "optional"],
  [29, "net_tcp_time_wait_connections", "double", "optional"],
  [35, "net_traffic_control_statistics", TrafficControlStatistics, "repeated"],
  [42, "net_snmp_statistics", SNMPStatistics, "optional"],
]);

/** How a rate was distributed in the window. */
export interface ResourceStatistics_RatePercentiles {
  min?: number;
  max?: number;
  p50?: number;
  p90?: number;
  p95?: number;
  p99?: number;
  p999?: number;
  p9999?: number;
  samples?: number;
}
export const ResourceStatistics_RatePercentiles: MessageType<ResourceStatistics_RatePercentiles> =
  message("mesos.v1.ResourceStatistics.RatePercentiles", () => [
  [1, "min", "uint64", "optional"],
  [2, "max", "uint64", "optional"],
  [3, "p50", "uint64", "optional"],
  [4, "p90", "uint64", "optional"],
  [5, "p95", "uint64", "optional"],
  [6, "p99", "uint64", "optional"],
  [7, "p999", "uint64", "optional"],
  [8, "p9999", "uint64", "optional"],
  [9, "samples", "uint64", "optional"],
]);

/** Network rates over a window. */
export interface ResourceStatistics_RateStatistics {
  rx_rate?: ResourceStatistics_RatePercentiles;
  rx_packet_rate?: ResourceStatistics_RatePercentiles;
  rx_drop_rate?: ResourceStatistics_RatePercentiles;
  rx_error_rate?: ResourceStatistics_RatePercentiles;
  tx_rate?: ResourceStatistics_RatePercentiles;
  tx_packet_rate?: ResourceStatistics_RatePercentiles;
  tx_drop_rate?: ResourceStatistics_RatePercentiles;
  tx_error_rate?: ResourceStatistics_RatePercentiles;
  sampling_window_secs?: number;
  sampling_interval_secs?: number;
}
export const ResourceStatistics_RateStatistics: MessageType<ResourceStatistics_RateStatistics> =
  message("mesos.v1.ResourceStatistics.RateStatistics", () => [
  [1, "rx_rate", ResourceStatistics_RatePercentiles, "optional"],
  [2, "rx_packet_rate", ResourceStatistics_RatePercentiles, "optional"],
  [3, "rx_drop_rate", ResourceStatistics_RatePercentiles, "optional"],
  [4, "rx_error_rate", ResourceStatistics_RatePercentiles, "optional"],
  [5, "tx_rate", ResourceStatistics_RatePercentiles, "optional"],
  [6, "tx_packet_rate", ResourceStatistics_RatePercentiles, "optional"],
  [7, "tx_drop_rate", ResourceStatistics_RatePercentiles, "optional"],
  [8, "tx_error_rate", ResourceStatistics_RatePercentiles, "optional"],
  [9, "sampling_window_secs", "double", "optional"],
  [10, "sampling_interval_secs", "double", "optional"],
]);

/** What runs on an agent and what it uses; for estimators and controllers. */
export interface ResourceUsage {
  executors?: readonly ResourceUsage_Executor[];
  total?: readonly Resource[];
}
export const ResourceUsage: MessageType<ResourceUsage> = message("mesos.v1.ResourceUsage", () => [
  [1, "executors", ResourceUsage_Executor, "repeated"],
  [2, "total", Resource, "repeated"],
]);

export interface ResourceUsage_Executor {
  executor_info: ExecutorInfo;
  allocated?: readonly Resource[];
  statistics?: ResourceStatistics;
  container_id: ContainerID;
  tasks?: readonly ResourceUsage_Executor_Task[];
}
export const ResourceUsage_Executor: MessageType<ResourceUsage_Executor> =
  message("mesos.v1.ResourceUsage.Executor", () => [
  [1, "executor_info", ExecutorInfo, "required"],
  [2, "allocated", Resource, "repeated"],
  [3, "statistics", ResourceStatistics, "optional"],
  [4, "container_id", ContainerID, "required"],
  [5, "tasks", ResourceUsage_Executor_Task, "repeated"],
]);

export interface ResourceUsage_Executor_Task {
  name: string;
  id: TaskID;
  resources?: readonly Resource[];
  labels?: Labels;
}
export const ResourceUsage_Executor_Task: MessageType<ResourceUsage_Executor_Task> =
  message("mesos.v1.ResourceUsage.Executor.Task", () => [
  [1, "name", "string", "required"],
  [2, "id", TaskID, "required"],
  [3, "resources", Resource, "repeated"],
  [4, "labels", Labels, "optional"],
]);

/** A role that has frameworks, a weight, a quota or a reservation. */
export interface Role {
  name: string;
  /** Its share relative to other roles' of 1. */
  weight: number;
  frameworks?: readonly FrameworkID[];
  /** Allocated to its frameworks. */
  resources?: readonly Resource[];
}
export const Role: MessageType<Role> = message("mesos.v1.Role", () => [
  [1, "name", "string", "required"],
  [2, "weight", "double", "required"],
  [3, "frameworks", FrameworkID, "repeated"],
  [4, "resources", Resource, "repeated"],
]);

/** The kernel's network counters. */
export interface SNMPStatistics {
  ip_stats?: IpStatistics;
  icmp_stats?: IcmpStatistics;
  tcp_stats?: TcpStatistics;
  udp_stats?: UdpStatistics;
}
export const SNMPStatistics: MessageType<SNMPStatistics> =
  message("mesos.v1.SNMPStatistics", () => [
  [1, "ip_stats", IpStatistics, "optional"],
  [2, "icmp_stats", IcmpStatistics, "optional"],
  [3, "tcp_stats", TcpStatistics, "optional"],
  [4, "udp_stats", UdpStatistics, "optional"],
]);

/** The system calls that a container may make. */
export interface SeccompInfo {
  /** A file below the agent's profile folder. Absent: the agent's default profile. */
  profile_name?: string;
  /** Whether all are allowed. Not with a profile. */
  unconfined?: boolean;
}
export const SeccompInfo: MessageType<SeccompInfo> = message("mesos.v1.SeccompInfo", () => [
  [1, "profile_name", "string", "optional"],
  [2, "unconfined", "bool", "optional"],
]);

/** A secret, or where to find it. The member that `type` names is set. */
export interface Secret {
  type?: Secret_Type;
  reference?: Secret_Reference;
  value?: Secret_Value;
}
export const Secret: MessageType<Secret> = message("mesos.v1.Secret", () => [
  [1, "type", Secret_Type, "optional"],
  [2, "reference", Secret_Reference, "optional"],
  [3, "value", Secret_Value, "optional"],
]);

/** What the agent's secret resolver knows it by. */
export interface Secret_Reference {
  name: string;
  key?: string;
}
export const Secret_Reference: MessageType<Secret_Reference> =
  message("mesos.v1.Secret.Reference", () => [
  [1, "name", "string", "required"],
  [2, "key", "string", "optional"],
]);

export type Secret_Type =
  | "UNKNOWN"
  | "REFERENCE"
  | "VALUE";
export const Secret_Type: EnumType<Secret_Type> = enumeration("mesos.v1.Secret.Type", {
  UNKNOWN: 0,
  REFERENCE: 1,
  VALUE: 2,
});

export interface Secret_Value {
  data: Uint8Array;
}
export const Secret_Value: MessageType<Secret_Value> = message("mesos.v1.Secret.Value", () => [
  [1, "data", "bytes", "required"],
]);

/** State of a native driver. */
export type Status =
  | "DRIVER_NOT_STARTED"
  | "DRIVER_RUNNING"
  | "DRIVER_ABORTED"
  | "DRIVER_STOPPED";
export const Status: EnumType<Status> = enumeration("mesos.v1.Status", {
  DRIVER_NOT_STARTED: 1,
  DRIVER_RUNNING: 2,
  DRIVER_ABORTED: 3,
  DRIVER_STOPPED: 4,
});

/** A terminal. */
export interface TTYInfo {
  window_size?: TTYInfo_WindowSize;
}
export const TTYInfo: MessageType<TTYInfo> = message("mesos.v1.TTYInfo", () => [
  [1, "window_size", TTYInfo_WindowSize, "optional"],
]);

export interface TTYInfo_WindowSize {
  rows: number;
  columns: number;
}
export const TTYInfo_WindowSize: MessageType<TTYInfo_WindowSize> =
  message("mesos.v1.TTYInfo.WindowSize", () => [
  [1, "rows", "uint32", "required"],
  [2, "columns", "uint32", "required"],
]);

/** A task as master and agent show it. */
export interface Task {
  name: string;
  task_id: TaskID;
  framework_id: FrameworkID;
  executor_id?: ExecutorID;
  agent_id: AgentID;
  /** The newest that is known to the one who tells. */
  state: TaskState;
  resources?: readonly Resource[];
  /** The newest of each state, as they came. */
  statuses?: readonly TaskStatus[];
  /** State of the newest update that the scheduler was sent, which may be older than `state`. */
  status_update_state?: TaskState;
  /** Names that update until it is acknowledged. */
  status_update_uuid?: Uint8Array;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  kill_policy?: KillPolicy;
  /** Whom it runs as. */
  user?: string;
  limits?: Readonly<Record<string, Value_Scalar>>;
}
export const Task: MessageType<Task> = message("mesos.v1.Task", () => [
  [1, "name", "string", "required"],
  [2, "task_id", TaskID, "required"],
  [3, "framework_id", FrameworkID, "required"],
  [4, "executor_id", ExecutorID, "optional"],
  [5, "agent_id", AgentID, "required"],
  [6, "state", TaskState, "required"],
  [7, "resources", Resource, "repeated"],
  [8, "statuses", TaskStatus, "repeated"],
  [9, "status_update_state", TaskState, "optional"],
  [10, "status_update_uuid", "bytes", "optional"],
  [11, "labels", Labels, "optional"],
  [12, "discovery", DiscoveryInfo, "optional"],
  [13, "container", ContainerInfo, "optional"],
  [15, "health_check", HealthCheck, "optional"],
  [16, "kill_policy", KillPolicy, "optional"],
  [14, "user", "string", "optional"],
  [17, "limits", Value_Scalar, "map"],
]);

/** Tasks that are started together and end together. */
export interface TaskGroupInfo {
  tasks?: readonly TaskInfo[];
}
export const TaskGroupInfo: MessageType<TaskGroupInfo> = message("mesos.v1.TaskGroupInfo", () => [
  [1, "tasks", TaskInfo, "repeated"],
]);

/** Chosen by the framework, unique among its tasks that are not over. */
export interface TaskID {
  value: string;
}
export const TaskID: MessageType<TaskID> = message("mesos.v1.TaskID", () => [
  [1, "value", "string", "required"],
]);

/** A task to be run. It has either a command or an executor. */
export interface TaskInfo {
  /** For people. */
  name: string;
  task_id: TaskID;
  /** The agent of the offer. */
  agent_id: AgentID;
  /** From the offer. The executor's own come on top. */
  resources?: readonly Resource[];
  /** What runs the task; the same `executor_id` means the same executor. */
  executor?: ExecutorInfo;
  /** Run by the agent's own executor. */
  command?: CommandInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  check?: CheckInfo;
  kill_policy?: KillPolicy;
  /** Passed on to the executor, never interpreted. */
  data?: Uint8Array;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  /** A task that takes longer is killed, as TASK_FAILED. */
  max_completion_time?: DurationInfo;
  /**
   * By resource name (`cpus`, `mem`): what the task may use at most, where that is more than
   * `resources`. Infinity is allowed.
   */
  limits?: Readonly<Record<string, Value_Scalar>>;
}
export const TaskInfo: MessageType<TaskInfo> = message("mesos.v1.TaskInfo", () => [
  [1, "name", "string", "required"],
  [2, "task_id", TaskID, "required"],
  [3, "agent_id", AgentID, "required"],
  [4, "resources", Resource, "repeated"],
  [5, "executor", ExecutorInfo, "optional"],
  [7, "command", CommandInfo, "optional"],
  [9, "container", ContainerInfo, "optional"],
  [8, "health_check", HealthCheck, "optional"],
  [13, "check", CheckInfo, "optional"],
  [12, "kill_policy", KillPolicy, "optional"],
  [6, "data", "bytes", "optional"],
  [10, "labels", Labels, "optional"],
  [11, "discovery", DiscoveryInfo, "optional"],
  [14, "max_completion_time", DurationInfo, "optional"],
  [15, "limits", Value_Scalar, "map"],
]);

/** The resources of which a task used more than it may. */
export interface TaskResourceLimitation {
  resources?: readonly Resource[];
}
export const TaskResourceLimitation: MessageType<TaskResourceLimitation> =
  message("mesos.v1.TaskResourceLimitation", () => [
  [1, "resources", Resource, "repeated"],
]);

/**
 * How a task stands. After FINISHED, FAILED, KILLED, ERROR, LOST, DROPPED, GONE and
 * GONE_BY_OPERATOR nothing else comes.
 */
export type TaskState =
  /** Accepted by the master; the executor does not know of it yet. */
  | "TASK_STAGING"
  /** The executor has it. */
  | "TASK_STARTING"
  /** It runs. */
  | "TASK_RUNNING"
  /** It is being killed. Only with TASK_KILLING_STATE. */
  | "TASK_KILLING"
  /** Ended well. */
  | "TASK_FINISHED"
  /** Ended badly. */
  | "TASK_FAILED"
  /** Ended because it was killed. */
  | "TASK_KILLED"
  /** Refused: its description is wrong. */
  | "TASK_ERROR"
  /** Ended, or out of sight; without PARTITION_AWARE all of the following are told as this. */
  | "TASK_LOST"
  /** Never started: it did not get through. */
  | "TASK_DROPPED"
  /** Its agent does not answer. It may come back. */
  | "TASK_UNREACHABLE"
  /** Ended with its agent or container. */
  | "TASK_GONE"
  /** An operator gave its agent up. */
  | "TASK_GONE_BY_OPERATOR"
  /** The master does not know it. */
  | "TASK_UNKNOWN";
export const TaskState: EnumType<TaskState> = enumeration("mesos.v1.TaskState", {
  TASK_STAGING: 6,
  TASK_STARTING: 0,
  TASK_RUNNING: 1,
  TASK_KILLING: 8,
  TASK_FINISHED: 2,
  TASK_FAILED: 3,
  TASK_KILLED: 4,
  TASK_ERROR: 7,
  TASK_LOST: 5,
  TASK_DROPPED: 9,
  TASK_UNREACHABLE: 10,
  TASK_GONE: 11,
  TASK_GONE_BY_OPERATOR: 12,
  TASK_UNKNOWN: 13,
});

/** News of a task. */
export interface TaskStatus {
  task_id: TaskID;
  state: TaskState;
  /** In words, for people. */
  message?: string;
  /** Who tells it. */
  source?: TaskStatus_Source;
  /** Why, for programs. */
  reason?: TaskStatus_Reason;
  /** From the executor, never interpreted. */
  data?: Uint8Array;
  agent_id?: AgentID;
  executor_id?: ExecutorID;
  /** When it was so, in seconds since the epoch. */
  timestamp?: number;
  /** 16 bytes. Present: this is to be acknowledged. */
  uuid?: Uint8Array;
  /** Result of the last health check. Absent: none yet. */
  healthy?: boolean;
  check_status?: CheckStatusInfo;
  labels?: Labels;
  container_status?: ContainerStatus;
  /** When the agent stopped answering. Only with TASK_UNREACHABLE. */
  unreachable_time?: TimeInfo;
  /** What there was too little of, when a limit ended the task. */
  limitation?: TaskResourceLimitation;
}
export const TaskStatus: MessageType<TaskStatus> = message("mesos.v1.TaskStatus", () => [
  [1, "task_id", TaskID, "required"],
  [2, "state", TaskState, "required"],
  [4, "message", "string", "optional"],
  [9, "source", TaskStatus_Source, "optional"],
  [10, "reason", TaskStatus_Reason, "optional"],
  [3, "data", "bytes", "optional"],
  [5, "agent_id", AgentID, "optional"],
  [7, "executor_id", ExecutorID, "optional"],
  [6, "timestamp", "double", "optional"],
  [11, "uuid", "bytes", "optional"],
  [8, "healthy", "bool", "optional"],
  [15, "check_status", CheckStatusInfo, "optional"],
  [12, "labels", Labels, "optional"],
  [13, "container_status", ContainerStatus, "optional"],
  [14, "unreachable_time", TimeInfo, "optional"],
  [16, "limitation", TaskResourceLimitation, "optional"],
]);

/** Why a task is in its state. */
export type TaskStatus_Reason =
  | "REASON_COMMAND_EXECUTOR_FAILED"
  | "REASON_CONTAINER_LAUNCH_FAILED"
  | "REASON_CONTAINER_LIMITATION"
  | "REASON_CONTAINER_LIMITATION_DISK"
  | "REASON_CONTAINER_LIMITATION_MEMORY"
  | "REASON_CONTAINER_PREEMPTED"
  | "REASON_CONTAINER_UPDATE_FAILED"
  | "REASON_MAX_COMPLETION_TIME_REACHED"
  | "REASON_EXECUTOR_REGISTRATION_TIMEOUT"
  | "REASON_EXECUTOR_REREGISTRATION_TIMEOUT"
  | "REASON_EXECUTOR_TERMINATED"
  | "REASON_EXECUTOR_UNREGISTERED"
  | "REASON_FRAMEWORK_REMOVED"
  | "REASON_GC_ERROR"
  | "REASON_INVALID_FRAMEWORKID"
  | "REASON_INVALID_OFFERS"
  | "REASON_IO_SWITCHBOARD_EXITED"
  | "REASON_MASTER_DISCONNECTED"
  | "REASON_RECONCILIATION"
  | "REASON_RESOURCES_UNKNOWN"
  | "REASON_AGENT_DISCONNECTED"
  | "REASON_AGENT_DRAINING"
  | "REASON_AGENT_REMOVED"
  | "REASON_AGENT_REMOVED_BY_OPERATOR"
  | "REASON_AGENT_REREGISTERED"
  | "REASON_AGENT_RESTARTED"
  | "REASON_AGENT_UNKNOWN"
  | "REASON_TASK_KILLED_DURING_LAUNCH"
  | "REASON_TASK_CHECK_STATUS_UPDATED"
  | "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"
  | "REASON_TASK_GROUP_INVALID"
  | "REASON_TASK_GROUP_UNAUTHORIZED"
  | "REASON_TASK_INVALID"
  | "REASON_TASK_UNAUTHORIZED"
  | "REASON_TASK_UNKNOWN";
export const TaskStatus_Reason: EnumType<TaskStatus_Reason> =
  enumeration("mesos.v1.TaskStatus.Reason", {
  REASON_COMMAND_EXECUTOR_FAILED: 0,
  REASON_CONTAINER_LAUNCH_FAILED: 21,
  REASON_CONTAINER_LIMITATION: 19,
  REASON_CONTAINER_LIMITATION_DISK: 20,
  REASON_CONTAINER_LIMITATION_MEMORY: 8,
  REASON_CONTAINER_PREEMPTED: 17,
  REASON_CONTAINER_UPDATE_FAILED: 22,
  REASON_MAX_COMPLETION_TIME_REACHED: 33,
  REASON_EXECUTOR_REGISTRATION_TIMEOUT: 23,
  REASON_EXECUTOR_REREGISTRATION_TIMEOUT: 24,
  REASON_EXECUTOR_TERMINATED: 1,
  REASON_EXECUTOR_UNREGISTERED: 2,
  REASON_FRAMEWORK_REMOVED: 3,
  REASON_GC_ERROR: 4,
  REASON_INVALID_FRAMEWORKID: 5,
  REASON_INVALID_OFFERS: 6,
  REASON_IO_SWITCHBOARD_EXITED: 27,
  REASON_MASTER_DISCONNECTED: 7,
  REASON_RECONCILIATION: 9,
  REASON_RESOURCES_UNKNOWN: 18,
  REASON_AGENT_DISCONNECTED: 10,
  REASON_AGENT_DRAINING: 34,
  REASON_AGENT_REMOVED: 11,
  REASON_AGENT_REMOVED_BY_OPERATOR: 31,
  REASON_AGENT_REREGISTERED: 32,
  REASON_AGENT_RESTARTED: 12,
  REASON_AGENT_UNKNOWN: 13,
  REASON_TASK_KILLED_DURING_LAUNCH: 30,
  REASON_TASK_CHECK_STATUS_UPDATED: 28,
  REASON_TASK_HEALTH_CHECK_STATUS_UPDATED: 29,
  REASON_TASK_GROUP_INVALID: 25,
  REASON_TASK_GROUP_UNAUTHORIZED: 26,
  REASON_TASK_INVALID: 14,
  REASON_TASK_UNAUTHORIZED: 15,
  REASON_TASK_UNKNOWN: 16,
});

/** Who says so. */
export type TaskStatus_Source =
  | "SOURCE_MASTER"
  | "SOURCE_AGENT"
  | "SOURCE_EXECUTOR";
export const TaskStatus_Source: EnumType<TaskStatus_Source> =
  enumeration("mesos.v1.TaskStatus.Source", {
  SOURCE_MASTER: 0,
  SOURCE_AGENT: 1,
  SOURCE_EXECUTOR: 2,
});

/** The kernel's TCP counters, under its names. */
export interface TcpStatistics {
  RtoAlgorithm?: number;
  RtoMin?: number;
  RtoMax?: number;
  MaxConn?: number;
  ActiveOpens?: number;
  PassiveOpens?: number;
  AttemptFails?: number;
  EstabResets?: number;
  CurrEstab?: number;
  InSegs?: number;
  OutSegs?: number;
  RetransSegs?: number;
  InErrs?: number;
  OutRsts?: number;
  InCsumErrors?: number;
}
export const TcpStatistics: MessageType<TcpStatistics> = message("mesos.v1.TcpStatistics", () => [
  [1, "RtoAlgorithm", "int64", "optional"],
  [2, "RtoMin", "int64", "optional"],
  [3, "RtoMax", "int64", "optional"],
  [4, "MaxConn", "int64", "optional"],
  [5, "ActiveOpens", "int64", "optional"],
  [6, "PassiveOpens", "int64", "optional"],
  [7, "AttemptFails", "int64", "optional"],
  [8, "EstabResets", "int64", "optional"],
  [9, "CurrEstab", "int64", "optional"],
  [10, "InSegs", "int64", "optional"],
  [11, "OutSegs", "int64", "optional"],
  [12, "RetransSegs", "int64", "optional"],
  [13, "InErrs", "int64", "optional"],
  [14, "OutRsts", "int64", "optional"],
  [15, "InCsumErrors", "int64", "optional"],
]);

/** A moment. */
export interface TimeInfo {
  /** Since the epoch. */
  nanoseconds: bigint;
}
export const TimeInfo: MessageType<TimeInfo> = message("mesos.v1.TimeInfo", () => [
  [1, "nanoseconds", "bigint64", "required"],
]);

/** Counters of one of the kernel's queueing disciplines. */
export interface TrafficControlStatistics {
  id: string;
  backlog?: number;
  bytes?: number;
  drops?: number;
  overlimits?: number;
  packets?: number;
  qlen?: number;
  ratebps?: number;
  ratepps?: number;
  requeues?: number;
}
export const TrafficControlStatistics: MessageType<TrafficControlStatistics> =
  message("mesos.v1.TrafficControlStatistics", () => [
  [1, "id", "string", "required"],
  [2, "backlog", "uint64", "optional"],
  [3, "bytes", "uint64", "optional"],
  [4, "drops", "uint64", "optional"],
  [5, "overlimits", "uint64", "optional"],
  [6, "packets", "uint64", "optional"],
  [7, "qlen", "uint64", "optional"],
  [8, "ratebps", "uint64", "optional"],
  [9, "ratepps", "uint64", "optional"],
  [10, "requeues", "uint64", "optional"],
]);

/** Where an HTTP server is to be found. */
export interface URL {
  scheme: string;
  address: Address;
  path?: string;
  query?: readonly Parameter[];
  fragment?: string;
}
export const URL: MessageType<URL> = message("mesos.v1.URL", () => [
  [1, "scheme", "string", "required"],
  [2, "address", Address, "required"],
  [3, "path", "string", "optional"],
  [4, "query", Parameter, "repeated"],
  [5, "fragment", "string", "optional"],
]);

/** A UUID. */
export interface UUID {
  /** 16 bytes. */
  value: Uint8Array;
}
export const UUID: MessageType<UUID> = message("mesos.v1.UUID", () => [
  [1, "value", "bytes", "required"],
]);

/** The kernel's UDP counters, under its names. */
export interface UdpStatistics {
  InDatagrams?: number;
  NoPorts?: number;
  InErrors?: number;
  OutDatagrams?: number;
  RcvbufErrors?: number;
  SndbufErrors?: number;
  InCsumErrors?: number;
  IgnoredMulti?: number;
}
export const UdpStatistics: MessageType<UdpStatistics> = message("mesos.v1.UdpStatistics", () => [
  [1, "InDatagrams", "int64", "optional"],
  [2, "NoPorts", "int64", "optional"],
  [3, "InErrors", "int64", "optional"],
  [4, "OutDatagrams", "int64", "optional"],
  [5, "RcvbufErrors", "int64", "optional"],
  [6, "SndbufErrors", "int64", "optional"],
  [7, "InCsumErrors", "int64", "optional"],
  [8, "IgnoredMulti", "int64", "optional"],
]);

/** When something will be away. */
export interface Unavailability {
  start: TimeInfo;
  /** Absent: for ever. */
  duration?: DurationInfo;
}
export const Unavailability: MessageType<Unavailability> =
  message("mesos.v1.Unavailability", () => [
  [1, "start", TimeInfo, "required"],
  [2, "duration", DurationInfo, "optional"],
]);

/** A value of a resource or an attribute. The member that `type` names is set. */
export interface Value {
  type: Value_Type;
  scalar?: Value_Scalar;
  ranges?: Value_Ranges;
  set?: Value_Set;
  text?: Value_Text;
}
export const Value: MessageType<Value> = message("mesos.v1.Value", () => [
  [1, "type", Value_Type, "required"],
  [2, "scalar", Value_Scalar, "optional"],
  [3, "ranges", Value_Ranges, "optional"],
  [4, "set", Value_Set, "optional"],
  [5, "text", Value_Text, "optional"],
]);

/** Whole numbers from `begin` to `end`, both included. */
export interface Value_Range {
  begin: number;
  end: number;
}
export const Value_Range: MessageType<Value_Range> = message("mesos.v1.Value.Range", () => [
  [1, "begin", "uint64", "required"],
  [2, "end", "uint64", "required"],
]);

/** In resources sorted and apart from each other. */
export interface Value_Ranges {
  range?: readonly Value_Range[];
}
export const Value_Ranges: MessageType<Value_Ranges> = message("mesos.v1.Value.Ranges", () => [
  [1, "range", Value_Range, "repeated"],
]);

/** A quantity; counts in thousandths. */
export interface Value_Scalar {
  value: number;
}
export const Value_Scalar: MessageType<Value_Scalar> = message("mesos.v1.Value.Scalar", () => [
  [1, "value", "double", "required"],
]);

/** Names, each once. */
export interface Value_Set {
  item?: readonly string[];
}
export const Value_Set: MessageType<Value_Set> = message("mesos.v1.Value.Set", () => [
  [1, "item", "string", "repeated"],
]);

/** Any text. Only in attributes. */
export interface Value_Text {
  value: string;
}
export const Value_Text: MessageType<Value_Text> = message("mesos.v1.Value.Text", () => [
  [1, "value", "string", "required"],
]);

export type Value_Type =
  | "SCALAR"
  | "RANGES"
  | "SET"
  | "TEXT";
export const Value_Type: EnumType<Value_Type> = enumeration("mesos.v1.Value.Type", {
  SCALAR: 0,
  RANGES: 1,
  SET: 2,
  TEXT: 3,
});

/** What was built, when and of what. */
export interface VersionInfo {
  version: string;
  build_date?: string;
  /** In seconds since the epoch. */
  build_time?: number;
  build_user?: string;
  git_sha?: string;
  git_branch?: string;
  git_tag?: string;
}
export const VersionInfo: MessageType<VersionInfo> = message("mesos.v1.VersionInfo", () => [
  [1, "version", "string", "required"],
  [2, "build_date", "string", "optional"],
  [3, "build_time", "double", "optional"],
  [4, "build_user", "string", "optional"],
  [5, "git_sha", "string", "optional"],
  [6, "git_branch", "string", "optional"],
  [7, "git_tag", "string", "optional"],
]);

/** Something mounted in a container. */
export interface Volume {
  mode: Volume_Mode;
  /** Where. Relative paths are below the sandbox. */
  container_path: string;
  /** The older way to say a source of HOST_PATH, SANDBOX_PATH or a Docker volume's name. */
  host_path?: string;
  /** Mounts an image's files. */
  image?: Image;
  /** Absent: `host_path` or `image` says it. */
  source?: Volume_Source;
}
export const Volume: MessageType<Volume> = message("mesos.v1.Volume", () => [
  [3, "mode", Volume_Mode, "required"],
  [1, "container_path", "string", "required"],
  [2, "host_path", "string", "optional"],
  [4, "image", Image, "optional"],
  [5, "source", Volume_Source, "optional"],
]);

export type Volume_Mode =
  | "RW"
  | "RO";
export const Volume_Mode: EnumType<Volume_Mode> = enumeration("mesos.v1.Volume.Mode", {
  RW: 1,
  RO: 2,
});

/** Where a volume comes from. The member that `type` names is set. */
export interface Volume_Source {
  type?: Volume_Source_Type;
  docker_volume?: Volume_Source_DockerVolume;
  host_path?: Volume_Source_HostPath;
  sandbox_path?: Volume_Source_SandboxPath;
  secret?: Secret;
  csi_volume?: Volume_Source_CSIVolume;
}
export const Volume_Source: MessageType<Volume_Source> = message("mesos.v1.Volume.Source", () => [
  [1, "type", Volume_Source_Type, "optional"],
  [2, "docker_volume", Volume_Source_DockerVolume, "optional"],
  [5, "host_path", Volume_Source_HostPath, "optional"],
  [3, "sandbox_path", Volume_Source_SandboxPath, "optional"],
  [4, "secret", Secret, "optional"],
  [6, "csi_volume", Volume_Source_CSIVolume, "optional"],
]);

/** A volume of a CSI plugin. */
export interface Volume_Source_CSIVolume {
  /** As the agent's configuration calls it. */
  plugin_name: string;
  static_provisioning?: Volume_Source_CSIVolume_StaticProvisioning;
}
export const Volume_Source_CSIVolume: MessageType<Volume_Source_CSIVolume> =
  message("mesos.v1.Volume.Source.CSIVolume", () => [
  [1, "plugin_name", "string", "required"],
  [2, "static_provisioning", Volume_Source_CSIVolume_StaticProvisioning, "optional"],
]);

/** A volume that was made before. */
export interface Volume_Source_CSIVolume_StaticProvisioning {
  volume_id: string;
  volume_capability: Volume_Source_CSIVolume_VolumeCapability;
  node_stage_secrets?: Readonly<Record<string, Secret>>;
  node_publish_secrets?: Readonly<Record<string, Secret>>;
  volume_context?: Readonly<Record<string, string>>;
}
export const Volume_Source_CSIVolume_StaticProvisioning: MessageType<Volume_Source_CSIVolume_StaticProvisioning> =
  message("mesos.v1.Volume.Source.CSIVolume.StaticProvisioning", () => [
  [1, "volume_id", "string", "required"],
  [2, "volume_capability", Volume_Source_CSIVolume_VolumeCapability, "required"],
  [3, "node_stage_secrets", Secret, "map"],
  [4, "node_publish_secrets", Secret, "map"],
  [5, "volume_context", "string", "map"],
]);

/** How the volume is accessed, in CSI's terms. */
export interface Volume_Source_CSIVolume_VolumeCapability {
  block?: Volume_Source_CSIVolume_VolumeCapability_BlockVolume;
  mount?: Volume_Source_CSIVolume_VolumeCapability_MountVolume;
  access_mode: Volume_Source_CSIVolume_VolumeCapability_AccessMode;
}
export const Volume_Source_CSIVolume_VolumeCapability: MessageType<Volume_Source_CSIVolume_VolumeCapability> =
  message("mesos.v1.Volume.Source.CSIVolume.VolumeCapability", () => [
  [1, "block", Volume_Source_CSIVolume_VolumeCapability_BlockVolume, "optional", { oneof: "access_type" }],
  [2, "mount", Volume_Source_CSIVolume_VolumeCapability_MountVolume, "optional", { oneof: "access_type" }],
  [3, "access_mode", Volume_Source_CSIVolume_VolumeCapability_AccessMode, "required"],
]);

export interface Volume_Source_CSIVolume_VolumeCapability_AccessMode {
  mode: Volume_Source_CSIVolume_VolumeCapability_AccessMode_Mode;
}
export const Volume_Source_CSIVolume_VolumeCapability_AccessMode: MessageType<Volume_Source_CSIVolume_VolumeCapability_AccessMode> =
  message("mesos.v1.Volume.Source.CSIVolume.VolumeCapability.AccessMode", () => [
  [1, "mode", Volume_Source_CSIVolume_VolumeCapability_AccessMode_Mode, "required"],
]);

export type Volume_Source_CSIVolume_VolumeCapability_AccessMode_Mode =
  | "UNKNOWN"
  | "SINGLE_NODE_WRITER"
  | "SINGLE_NODE_READER_ONLY"
  | "MULTI_NODE_READER_ONLY"
  | "MULTI_NODE_SINGLE_WRITER"
  | "MULTI_NODE_MULTI_WRITER";
export const Volume_Source_CSIVolume_VolumeCapability_AccessMode_Mode: EnumType<Volume_Source_CSIVolume_VolumeCapability_AccessMode_Mode> =
  enumeration("mesos.v1.Volume.Source.CSIVolume.VolumeCapability.AccessMode.Mode", {
  UNKNOWN: 0,
  SINGLE_NODE_WRITER: 1,
  SINGLE_NODE_READER_ONLY: 2,
  MULTI_NODE_READER_ONLY: 3,
  MULTI_NODE_SINGLE_WRITER: 4,
  MULTI_NODE_MULTI_WRITER: 5,
});

export interface Volume_Source_CSIVolume_VolumeCapability_BlockVolume {
}
export const Volume_Source_CSIVolume_VolumeCapability_BlockVolume: MessageType<Volume_Source_CSIVolume_VolumeCapability_BlockVolume> =
  message("mesos.v1.Volume.Source.CSIVolume.VolumeCapability.BlockVolume", () => [
]);

export interface Volume_Source_CSIVolume_VolumeCapability_MountVolume {
  fs_type?: string;
  mount_flags?: readonly string[];
}
export const Volume_Source_CSIVolume_VolumeCapability_MountVolume: MessageType<Volume_Source_CSIVolume_VolumeCapability_MountVolume> =
  message("mesos.v1.Volume.Source.CSIVolume.VolumeCapability.MountVolume", () => [
  [1, "fs_type", "string", "optional"],
  [2, "mount_flags", "string", "repeated"],
]);

/** A volume of a Docker volume driver. */
export interface Volume_Source_DockerVolume {
  driver?: string;
  name: string;
  driver_options?: Parameters;
}
export const Volume_Source_DockerVolume: MessageType<Volume_Source_DockerVolume> =
  message("mesos.v1.Volume.Source.DockerVolume", () => [
  [1, "driver", "string", "optional"],
  [2, "name", "string", "required"],
  [3, "driver_options", Parameters, "optional"],
]);

/** A path of the agent. */
export interface Volume_Source_HostPath {
  path: string;
  mount_propagation?: MountPropagation;
}
export const Volume_Source_HostPath: MessageType<Volume_Source_HostPath> =
  message("mesos.v1.Volume.Source.HostPath", () => [
  [1, "path", "string", "required"],
  [2, "mount_propagation", MountPropagation, "optional"],
]);

/** A path of a sandbox: the container's own, or its parent's. */
export interface Volume_Source_SandboxPath {
  type?: Volume_Source_SandboxPath_Type;
  path: string;
}
export const Volume_Source_SandboxPath: MessageType<Volume_Source_SandboxPath> =
  message("mesos.v1.Volume.Source.SandboxPath", () => [
  [1, "type", Volume_Source_SandboxPath_Type, "optional"],
  [2, "path", "string", "required"],
]);

export type Volume_Source_SandboxPath_Type =
  | "UNKNOWN"
  | "SELF"
  | "PARENT";
export const Volume_Source_SandboxPath_Type: EnumType<Volume_Source_SandboxPath_Type> =
  enumeration("mesos.v1.Volume.Source.SandboxPath.Type", {
  UNKNOWN: 0,
  SELF: 1,
  PARENT: 2,
});

export type Volume_Source_Type =
  | "UNKNOWN"
  | "DOCKER_VOLUME"
  | "HOST_PATH"
  | "SANDBOX_PATH"
  | "SECRET"
  | "CSI_VOLUME";
export const Volume_Source_Type: EnumType<Volume_Source_Type> =
  enumeration("mesos.v1.Volume.Source.Type", {
  UNKNOWN: 0,
  DOCKER_VOLUME: 1,
  HOST_PATH: 4,
  SANDBOX_PATH: 2,
  SECRET: 3,
  CSI_VOLUME: 5,
});

/** A role's share, relative to other roles' of 1. */
export interface WeightInfo {
  weight: number;
  role?: string;
}
export const WeightInfo: MessageType<WeightInfo> = message("mesos.v1.WeightInfo", () => [
  [1, "weight", "double", "required"],
  [2, "role", "string", "optional"],
]);
