/**
 * Flags of Mesos's master whose features are not there yet.
 * Which values are refused, and why: `inert-flags` in host.
 */

import { minuteMs, secondMs } from "@tavola/base";
import { type FlagTable, inertFlags } from "@tavola/host";

const { only, refusable, switchable, unused } = inertFlags;

export const inertMasterFlags = {
  // Several masters
  master_contender: refusable("leader election by a module"),
  master_detector: refusable("leader election by a module"),
  registry_strict: switchable("a strict registry"),

  // Sharing
  allocator: {
    kind: "string",
    help: "Only `hierarchical` so far.",
    default: "hierarchical",
    validate: (value: unknown) =>
      value === "hierarchical" || value === "HierarchicalDRF"
        ? undefined
        : "an allocator module is not supported yet; leave the flag out",
  },
  role_sorter: only("drf", "a sorter"),
  framework_sorter: only("drf", "a sorter"),
  weights: refusable("weights of roles"),
  whitelist: refusable("a whitelist of agents"),
  allocator_agent_recovery_factor: unused("double", 0.8),
  allocator_recovery_timeout: unused("duration", 10 * minuteMs),
  fair_sharing_excluded_resource_names: refusable("resources left out of fair sharing"),
  filter_gpu_resources: switchable("offering GPUs to frameworks that did not ask for them", true),
  offer_constraints_re2_max_mem: unused("bytes", 4096),
  offer_constraints_re2_max_program_size: unused("int", 100),
  max_executors_per_agent: refusable("the port mapping isolator"),
  rate_limits: refusable("limits on how often frameworks may call"),

  // Authentication and authorization
  authenticate_agents: switchable("authentication"),
  authenticate_frameworks: switchable("authentication"),
  authenticate_http_frameworks: switchable("authentication"),
  authenticate_http_readonly: switchable("authentication"),
  authenticate_http_readwrite: switchable("authentication"),
  authentication_v0_timeout: unused("duration", 15 * secondMs),
  authenticators: only("crammd5", "an authenticator"),
  http_authenticators: only("basic", "an authenticator"),
  http_framework_authenticators: refusable("authentication"),
  credentials: refusable("authentication"),
  authorizers: only("local", "an authorizer"),
  acls: refusable("access control"),
  firewall_rules: refusable("the endpoint firewall"),

  // Fault domains, modules and the rest
  domain: refusable("fault domains"),
  require_agent_domain: switchable("fault domains"),
  modules: refusable("modules"),
  modules_dir: refusable("modules"),
  hooks: refusable("modules"),
  max_operator_event_stream_subscribers: unused("int", 1000),
  publish_per_framework_metrics: unused("bool", true),
  webui_dir: unused("path", "/usr/share/mesos/webui"),
  memory_profiling: switchable("memory profiling"),
  ip_discovery_command: refusable("discovering the IP address by a command"),
  initialize_driver_logging: unused("bool", true),
} as const satisfies FlagTable;
