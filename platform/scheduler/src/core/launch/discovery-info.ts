/**
 * What the master is told of how a task is found: Mesos's DiscoveryInfo, for those who read it there.
 */

import type { DiscoveryInfo } from "@tavola/protocol";
import { portsOf } from "../announce/task-announcement.ts";
import { listed } from "./listed.ts";
import type { LaunchSubject } from "./task-info.ts";

export function discoveryInfo({ task, request, deploy }: LaunchSubject): DiscoveryInfo {
  const { discovery = {} } = deploy;
  const { visibility = "CLUSTER", name = request.id, environment, location, version } = discovery;
  const labels = Object.entries(discovery.labels ?? {}).map(([key, value]) => ({ key, value }));
  const ports = portsOf(task, discovery).map((port) => ({ ...port }));
  return {
    visibility,
    name,
    ...(environment === undefined ? {} : { environment }),
    ...(location === undefined ? {} : { location }),
    ...(version === undefined ? {} : { version }),
    ...listed("ports", ports, (all) => ({ ports: all })),
    ...listed("labels", labels, (all) => ({ labels: all })),
  };
}
