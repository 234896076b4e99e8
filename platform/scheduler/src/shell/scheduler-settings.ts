/**
 * Everything that is set about a scheduler, from its flags and its configuration file, checked.
 */

import { readFileSync } from "node:fs";
import { hostname as machineName, userInfo } from "node:os";
import { join } from "node:path";
import { CodedError, type Result } from "@tavola/base";
import { parseStoreUrl, type StoreUrl } from "@tavola/coordination";
import { parseDiscoveryServers } from "@tavola/sdk";
import { type Configuration, parseConfiguration } from "../configuration/configuration.ts";
import type { SchedulerConfig } from "../core/scheduler-config.ts";
import type { FrameworkOptions } from "../framework/framework-info.ts";
import { type HistoryUrl, parseHistoryUrl } from "../history/history-url.ts";
import type { SchedulerFlags } from "./scheduler-flags.ts";

export interface SchedulerSettings extends Configuration {
  /** Without a slash at its end; empty for none. */
  readonly contextPath: string;
  readonly store: StoreUrl;
  readonly history: HistoryUrl;
  readonly framework: Omit<FrameworkOptions, "webuiUrl">;
}

/** Throws CodedErrors: CONFIGURATION_INVALID naming the flag or the key, DISCOVERY_ADDRESS_INVALID. */
export function schedulerSettings(flags: SchedulerFlags): SchedulerSettings {
  const configuration = readConfiguration(flags.config);
  const file = (name: string): string => `sqlite://${join(flags.work_dir, name)}`;
  const roles = flags.role.split(",").map((role) => role.trim());
  return {
    ...configuration,
    core: announcingTo(flags.discovery, configuration.core),
    contextPath: flags.context_path.replace(/\/+$/, ""),
    store: orRefuse("store", parseStoreUrl(flags.store ?? file("scheduler.db"))),
    history: orRefuse("history", parseHistoryUrl(flags.history ?? file("history.db"))),
    framework: {
      id: flags.framework_id,
      name: flags.framework_name,
      user: flags.user ?? userInfo().username,
      roles,
      failoverTimeoutSeconds: flags.failover_timeout / 1000,
      hostname: flags.hostname ?? machineName(),
      ...(flags.principal === undefined ? {} : { principal: flags.principal }),
    },
  };
}

/** The flag wins over the file. Throws CodedError DISCOVERY_ADDRESS_INVALID. */
function announcingTo(servers: string | undefined, core: SchedulerConfig): SchedulerConfig {
  const { announce } = core;
  const given = servers === undefined || servers === "" ? announce.servers : servers;
  if (given.length === 0) return core;
  return { ...core, announce: { ...announce, servers: parseDiscoveryServers(given) } };
}

function readConfiguration(path: string | undefined): Configuration {
  if (path === undefined) return orRefuse("config", parseConfiguration("{}"));
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new CodedError(
      "CONFIGURATION_INVALID",
      `cannot read --config=${path}`,
      { path },
      { cause },
    );
  }
  return orRefuse(`config=${path}`, parseConfiguration(text));
}

function orRefuse<T>(flag: string, parsed: Result<T>): T {
  if (parsed.error === undefined) return parsed.value;
  throw new CodedError("CONFIGURATION_INVALID", `--${flag}: ${parsed.error}`);
}
