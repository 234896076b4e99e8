/**
 * Flags of Mesos's agent whose features are not there yet.
 *
 * A flag is accepted while its value asks for nothing that is missing (so that a Mesos unit file or
 * environment starts our agent unchanged, and `/flags` shows what dashboards expect), and refused
 * when silence would be a lie: `--authenticate_http_readonly=true` must not start an open agent.
 */

import { hourMs, minuteMs, secondMs } from "@tavola/base";
import type { FlagTable } from "@tavola/host";

type Refusal = (value: unknown) => string | undefined;

/** Refused whatever it says. */
function refused(feature: string): Refusal {
  return () => `${feature} is not supported yet; leave the flag out`;
}

/** Refused when it says anything but `harmless`. */
function refusedUnless(harmless: unknown, feature: string): Refusal {
  return (value) =>
    value === harmless ? undefined : `${feature} is not supported yet; leave the flag out`;
}

function refusable(feature: string) {
  return {
    kind: "string" as const,
    help: `Not supported yet: ${feature}.`,
    validate: refused(feature),
  };
}

function switchable(feature: string, harmless = false) {
  return {
    kind: "bool" as const,
    help: `Not supported yet: ${feature}.`,
    default: harmless,
    validate: refusedUnless(harmless, feature),
  };
}

function unused<K extends "string" | "path" | "duration" | "bool">(
  kind: K,
  value: K extends "duration" ? number : K extends "bool" ? boolean : string,
) {
  return { kind, help: "Accepted; has no effect yet.", default: value };
}

export const inertAgentFlags = {
  // Containerizers and images
  containerizers: {
    kind: "string",
    help: "Only `mesos` so far.",
    default: "mesos",
    validate: refusedUnless("mesos", "a containerizer other than `mesos`"),
  },
  launcher_dir: unused("path", "/usr/libexec/mesos"),
  sandbox_directory: unused("path", "/mnt/mesos/sandbox"),
  image_providers: refusable("container images"),
  image_provisioner_backend: refusable("container images"),
  image_gc_config: refusable("container images"),
  appc_simple_discovery_uri_prefix: unused("string", "http://"),
  appc_store_dir: unused("path", "/tmp/mesos/store/appc"),
  docker: unused("path", "docker"),
  docker_config: refusable("Docker"),
  docker_ignore_runtime: switchable("Docker"),
  docker_kill_orphans: unused("bool", true),
  docker_mesos_image: refusable("Docker"),
  docker_registry: unused("string", "https://registry-1.docker.io"),
  docker_remove_delay: unused("duration", 6 * hourMs),
  docker_socket: unused("path", "/var/run/docker.sock"),
  docker_stop_timeout: unused("duration", 0),
  docker_store_dir: unused("path", "/tmp/mesos/store/docker"),
  docker_volume_checkpoint_dir: unused("path", "/var/run/mesos/isolators/docker/volume"),
  docker_volume_chown: switchable("Docker volumes"),
  default_container_info: refusable("a default ContainerInfo"),
  default_container_dns: refusable("container networks"),
  hadoop_home: unused("path", ""),

  // Isolators that are not there
  allowed_devices: refusable("the devices isolator"),
  cgroups_cpu_enable_pids_and_tids_count: unused("bool", false),
  cgroups_net_cls_primary_handle: refusable("the net_cls isolator"),
  cgroups_net_cls_secondary_handles: refusable("the net_cls isolator"),
  agent_subsystems: refusable("running the agent itself in cgroups"),
  container_disk_watch_interval: unused("duration", 15 * secondMs),
  enforce_container_disk_quota: switchable("disk quota of containers"),
  default_container_shm_size: refusable("IPC namespaces"),
  disallow_sharing_agent_ipc_namespace: switchable("IPC namespaces"),
  disallow_sharing_agent_pid_namespace: switchable("PID namespaces"),
  effective_capabilities: refusable("the capabilities isolator"),
  bounding_capabilities: refusable("the capabilities isolator"),
  ephemeral_ports_per_container: refusable("the port mapping isolator"),
  host_path_volume_force_creation: refusable("host path volumes"),
  network_cni_config_dir: refusable("CNI networks"),
  network_cni_plugins_dir: refusable("CNI networks"),
  network_cni_metrics: unused("bool", true),
  network_cni_root_dir_persist: switchable("CNI networks"),
  nvidia_gpu_devices: refusable("GPUs"),
  perf_duration: unused("duration", 10 * secondMs),
  perf_interval: unused("duration", minuteMs),
  perf_events: refusable("the perf_event isolator"),
  revocable_cpu_low_priority: unused("bool", true),
  seccomp_config_dir: refusable("the seccomp isolator"),
  seccomp_profile_name: refusable("the seccomp isolator"),
  systemd_enable_support: unused("bool", true),
  systemd_runtime_directory: unused("path", "/run/systemd/system"),
  volume_gid_range: refusable("shared volumes' group ids"),
  xfs_project_range: unused("string", "[5000-10000]"),
  container_logger: refusable("a container logger module"),
  gc_non_executor_container_sandboxes: switchable("nested containers"),

  // Authentication and authorization
  credential: refusable("authentication"),
  http_credentials: refusable("authentication"),
  authenticate_http_readonly: switchable("authentication"),
  authenticate_http_readwrite: switchable("authentication"),
  authenticate_http_executors: switchable("authentication"),
  http_authenticators: refusable("authentication"),
  jwt_secret_key: refusable("authentication"),
  authenticatee: {
    kind: "string",
    help: "Only `crammd5`, and unused so far.",
    default: "crammd5",
    validate: refusedUnless("crammd5", "an authenticatee other than `crammd5`"),
  },
  authentication_backoff_factor: unused("duration", secondMs),
  authentication_timeout_min: unused("duration", 5 * secondMs),
  authentication_timeout_max: unused("duration", minuteMs),
  authorizer: {
    kind: "string",
    help: "Only `local`, which allows everything without ACLs.",
    default: "local",
    validate: refusedUnless("local", "an authorizer other than `local`"),
  },
  acls: refusable("access control"),
  firewall_rules: refusable("the endpoint firewall"),

  // Modules and the rest
  modules: refusable("modules"),
  modules_dir: refusable("modules"),
  hooks: refusable("modules"),
  resource_estimator: refusable("oversubscription"),
  qos_controller: refusable("oversubscription"),
  qos_correction_interval_min: unused("duration", 0),
  oversubscribed_resources_interval: unused("duration", 15 * secondMs),
  resource_provider_config_dir: refusable("resource providers"),
  csi_plugin_config_dir: refusable("resource providers"),
  disk_profile_adaptor: refusable("resource providers"),
  secret_resolver: refusable("secrets"),
  master_detector: refusable("modules"),
  domain: refusable("fault domains"),
  executor_reregistration_retry_interval: refusable("agent recovery"),
  recover: {
    kind: "string",
    help: "`reconnect`; recovery itself comes with a later release.",
    default: "reconnect",
    validate: refusedUnless("reconnect", "`recover=cleanup`"),
  },
  reconfiguration_policy: {
    kind: "string",
    help: "Accepted; has no effect until agents recover.",
    default: "equal",
    validate: (value: unknown) =>
      value === "equal" || value === "additive" ? undefined : "is neither `equal` nor `additive`",
  },
  strict: unused("bool", true),
  http_command_executor: unused("bool", false),
  http_executor_domain_sockets: switchable("executors on a Unix domain socket"),
  http_heartbeat_interval: unused("duration", 30 * secondMs),
  memory_profiling: switchable("memory profiling"),
  zk_session_timeout: unused("duration", 10 * secondMs),
  ip_discovery_command: refusable("discovering the IP address by a command"),
  ip6: refusable("IPv6"),
  ip6_discovery_command: refusable("IPv6"),
  initialize_driver_logging: unused("bool", true),
  log_dir: refusable("logging to a directory"),
  external_log_file: refusable("showing an external log"),
  logbufsecs: { kind: "int", help: "Accepted; has no effect.", default: 0 },
} as const satisfies FlagTable;
