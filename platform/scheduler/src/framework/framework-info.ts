/**
 * As whom the scheduler registers: with an id of its own choosing from the first time on, so that it
 * comes back as the same framework whatever it has lost, and with tasks that outlive it for long.
 */

import type { FrameworkInfo } from "@tavola/protocol";

export interface FrameworkOptions {
  /** `Singularity` unless said otherwise: what tools look for. */
  readonly id: string;
  readonly name: string;
  /** The Unix user tasks run as unless their deploy says otherwise. */
  readonly user: string;
  /** One, or several: then requests choose with `requiredRole`. */
  readonly roles: readonly string[];
  /**
   * Seconds that tasks live on without a scheduler.
   * Differs: Singularity's default of 0 means that one which is away for a moment loses every task.
   */
  readonly failoverTimeoutSeconds: number;
  readonly hostname?: string;
  readonly webuiUrl?: string;
  readonly principal?: string;
}

export function frameworkInfo(options: FrameworkOptions): FrameworkInfo {
  const { id, name, user, roles, failoverTimeoutSeconds, hostname, webuiUrl, principal } = options;
  const several = roles.length > 1;
  return {
    id: { value: id },
    name,
    user,
    checkpoint: true,
    failover_timeout: failoverTimeoutSeconds,
    ...(several ? { roles, capabilities: [{ type: "MULTI_ROLE" }] } : { role: roles[0] ?? "*" }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(webuiUrl === undefined ? {} : { webui_url: webuiUrl }),
    ...(principal === undefined ? {} : { principal }),
  };
}
