/**
 * Makes of flags, environment and machine what the core is told once.
 */

import { resolve } from "node:path";
import { CodedError, type Random } from "@tavola/base";
import {
  type AgentInfo,
  type AgentInfo_Capability_Type,
  type Attribute,
  mesosVersion,
  type Upid,
} from "@tavola/protocol";
import { parseAttributes, type Resources, validateRole } from "@tavola/resources";
import type { AgentConfig } from "../core/agent-config.ts";
import { inheritableEnvironment } from "../core/executor-environment.ts";
import { randomUuidBytes } from "../core/task-messages.ts";
import type { AgentFlags } from "../flags.ts";
import { agentHostname } from "./agent-hostname.ts";
import type { MachineFiles } from "./machine-files.ts";
import { agentResources } from "./machine-resources.ts";

export interface SettingsSources {
  readonly flags: AgentFlags;
  /** Ours, as others reach it. */
  readonly upid: Upid;
  /** The agent's own; executors inherit it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Resources (`cpus`, `mem`) whose limits the containerizer enforces. */
  readonly limitableResources: ReadonlySet<string>;
  readonly random: Random;
  readonly look: MachineFiles["look"];
}

/** The work directory is there. Rejects with CodedError INVALID_FLAG. */
export async function agentSettings(sources: SettingsSources): Promise<AgentConfig> {
  const { flags, upid, environment, limitableResources, random } = sources;
  const workDir = resolve(flags.work_dir);
  const totalResources = await resourcesOf(sources, workDir);
  const info: AgentInfo = {
    hostname: await agentHostname(flags, upid.host),
    port: upid.port,
    resources: totalResources.toList(),
    checkpoint: true,
  };
  if (flags.attributes !== undefined) info.attributes = attributesOf(flags.attributes);
  return Object.freeze({
    upid,
    version: mesosVersion,
    info,
    totalResources,
    capabilities: capabilitiesOf(limitableResources),
    resourceVersionUuid: randomUuidBytes(random),
    workDir,
    switchUser: flags.switch_user,
    launcherDir: flags.launcher_dir,
    limitableResources,
    canLimitCpus: flags.cgroups_enable_cfs,
    executorEnvironment: executorEnvironmentOf(flags, environment),
    inheritedEnvironment: inheritableEnvironment(environment),
    registrationBackoffMs: flags.registration_backoff_factor,
    executorRegistrationTimeoutMs: flags.executor_registration_timeout,
    executorShutdownGraceMs: flags.executor_shutdown_grace_period,
    executorReregistrationTimeoutMs: flags.executor_reregistration_timeout,
    recoveryTimeoutMs: flags.recovery_timeout,
    recover: flags.recover === "cleanup" ? "cleanup" : "reconnect",
    completedExecutorsPerFrameworkMax: flags.max_completed_executors_per_framework,
  });
}

/** Differs: Mesos advertises all it has a name for; a master must be able to rely on these. */
function capabilitiesOf(limitable: ReadonlySet<string>): AgentInfo_Capability_Type[] {
  const canLimit = limitable.has("cpus") && limitable.has("mem");
  return [
    "MULTI_ROLE",
    "HIERARCHICAL_ROLE",
    "RESERVATION_REFINEMENT",
    ...(canLimit ? (["TASK_RESOURCE_LIMITS"] as const) : []),
  ];
}

async function resourcesOf({ flags, look }: SettingsSources, workDir: string): Promise<Resources> {
  const problem = validateRole(flags.default_role);
  if (problem !== undefined) return invalidFlag("default_role", problem);
  const machine = await look(workDir);
  const resources = agentResources(flags.resources, flags.default_role, machine);
  return resources.error === undefined
    ? resources.value
    : invalidFlag("resources", resources.error);
}

function attributesOf(text: string): readonly Attribute[] {
  const attributes = parseAttributes(text);
  return attributes.error === undefined
    ? attributes.value
    : invalidFlag("attributes", attributes.error);
}

/** The flag is known to be a JSON object of strings. An address to listen on is passed in any case. */
function executorEnvironmentOf(
  { executor_environment_variables: text }: AgentFlags,
  environment: SettingsSources["environment"],
): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  const given = JSON.parse(text) as Record<string, string>;
  const ip = environment["LIBPROCESS_IP"];
  return { ...(ip === undefined ? {} : { LIBPROCESS_IP: ip }), ...given };
}

function invalidFlag(flag: string, reason: string): never {
  throw new CodedError("INVALID_FLAG", `Invalid value for flag '${flag}': ${reason}`, { flag });
}
