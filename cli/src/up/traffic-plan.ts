/**
 * What `tavola up` starts so that services find each other, and the world finds them: discovery
 * servers and a front door.
 */

import { join, resolve } from "node:path";
import {
  type ClusterPlanOptions,
  loopback,
  type PlannedDaemon,
  withFlags,
} from "./cluster-plan.ts";

/** For a cluster whose user gave no rules: a file to write some into. */
const firstRules = `# Rules of the front door: conditions, then an action. What is saved here takes effect at once.
# docs/reference/frontdoor-rules.md has all of them. An example, for a service that is announced as "timezone":
#
#   REQUEST_URI=/api/timezone* passthru timezone
`;

/** Whether discovery answers DNS, in which the masters have names. */
export function answersDns({
  discoveryFlags,
}: Pick<ClusterPlanOptions, "discoveryFlags">): boolean {
  return discoveryFlags.some((flag) => /^--dns[-_]port=/.test(flag));
}

/**
 * Several share a store. `master`: as for agents, where it is to know the cluster's own names; `before`:
 * the port it had, when it is started again.
 */
export function planDiscovery(
  options: ClusterPlanOptions,
  index: number,
  {
    master,
    before,
  }: { readonly master?: string | undefined; readonly before?: number | undefined },
): PlannedDaemon {
  const { discoveries, discoveryPort, workDir, zk } = options;
  const name = discoveries === 1 ? "discovery" : `discovery-${index + 1}`;
  const folder = join(workDir, "discovery");
  const isOwnFile = zk === undefined || zk.startsWith("sqlite:");
  const store = isOwnFile ? `sqlite://${join(folder, "discovery.db")}` : `${zk}/discovery`;
  const args = [
    `--work_dir=${folder}`,
    `--store=${store}`,
    "--store_session_timeout=4secs",
    `--ip=${loopback}`,
    `--port=${before ?? (discoveryPort === 0 ? 0 : discoveryPort + index)}`,
    ...(master === undefined ? [] : [`--master=${master}`]),
  ];
  return {
    name: name.replace("-", " "),
    args: [
      "discovery",
      ...withFlags(args, options.discoveryFlags),
      `--log-format=${options.logFormat}`,
      `--log-name=${name}`,
    ],
    directories: [folder],
  };
}

/** Where its rules are: the user's, or a file of this cluster's own. */
export function frontdoorRulesOf({
  frontdoorRules,
  workDir,
}: Pick<ClusterPlanOptions, "frontdoorRules" | "workDir">): string {
  if (frontdoorRules === undefined) return join(workDir, "frontdoor", "frontdoor.rules");
  return frontdoorRules.startsWith("git+") ? frontdoorRules : resolve(frontdoorRules);
}

/** `discovery`: URLs of the servers that it asks. */
export function planFrontdoor(
  options: ClusterPlanOptions,
  discovery: readonly string[],
  before?: number,
): PlannedDaemon {
  const { frontdoorPort, frontdoorAdminPort, workDir } = options;
  const folder = join(workDir, "frontdoor");
  const rules = frontdoorRulesOf(options);
  const args = [
    `--work_dir=${folder}`,
    `--rules=${rules}`,
    `--discovery=${discovery.join(",")}`,
    `--ip=${loopback}`,
    `--port=${before ?? frontdoorPort}`,
    `--admin_port=${frontdoorAdminPort}`,
    // Whoever ends the cluster does not wait for requests that hang.
    "--drain_time=1secs",
  ];
  return {
    name: "frontdoor",
    args: [
      "frontdoor",
      ...withFlags(args, options.frontdoorFlags),
      `--log-format=${options.logFormat}`,
      "--log-name=frontdoor",
    ],
    directories: [folder],
    ...(options.frontdoorRules === undefined ? { files: { [rules]: firstRules } } : {}),
  };
}
