/**
 * What a task is announced as: its service, its address, and what is told of it besides.
 *
 *     serviceType   `discovery.name`, else the label `discovery.serviceType`, else the request's id
 *     feature       `discovery.feature`, else the label `discovery.feature`
 *     serviceUri    `http://host:port` of the first port that is called http or https, else the first one
 *                   of `discovery.ports`, else of `loadBalancerPortIndex`, else the task's first
 *     metadata      who it is (request, deploy, task, instance, framework), where (zone, rack, agent,
 *                   address, ports with their names), and its weight
 *
 * The id of an announcement is the task's, so that whoever leads renews the same one. A task without
 * a port has no address that could be announced. Pure.
 */

import type { Deploy, DeployDiscovery, DiscoveryPort } from "../model/deploy.ts";
import type { TaskId } from "../model/task.ts";
import type { TaskRecord } from "../records.ts";

export interface TaskAnnouncement {
  readonly announcementId: string;
  readonly serviceType: string;
  readonly serviceUri: string;
  readonly feature?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** Who announces it. */
export interface AnnouncingFramework {
  readonly id: string;
  readonly name: string;
}

/** A port as it can be connected to. */
export interface NamedPort {
  readonly number: number;
  readonly name?: string;
  readonly protocol: string;
}

/** What an announcement's id may be at most; the part that tells tasks apart stands first in theirs. */
const idCharactersMax = 255;

export function announcementIdOf({ id }: Pick<TaskId, "id">): string {
  return id.slice(0, idCharactersMax);
}

/** undefined: it has no port to be announced, or is not for others to find. */
export function taskAnnouncement(
  task: TaskRecord,
  deploy: Deploy,
  framework: AnnouncingFramework,
): TaskAnnouncement | undefined {
  const { discovery } = deploy;
  if (discovery?.visibility === "FRAMEWORK") return undefined;
  const ports = portsOf(task, discovery);
  const port = announcedPort(task, deploy, ports);
  if (port === undefined) return undefined;
  const labels = labelsOf(task, deploy);
  const feature = discovery?.feature ?? labels["discovery.feature"];
  const host = task.address ?? task.hostname;
  const scheme = port.name === "https" ? "https" : "http";
  return {
    announcementId: announcementIdOf(task.taskId),
    serviceType: discovery?.name ?? labels["discovery.serviceType"] ?? task.taskId.requestId,
    serviceUri: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port.number}`,
    ...(feature === undefined || feature === "" ? {} : { feature }),
    metadata: metadataOf(task, deploy, { framework, ports, host, labels }),
  };
}

/** All that Mesos is told of its ports: those of `discovery.ports`, else each port as it is. */
export function portsOf(
  task: Pick<TaskRecord, "ports">,
  discovery: DeployDiscovery | undefined,
): readonly NamedPort[] {
  const told: readonly DiscoveryPort[] =
    discovery?.ports ?? task.ports.map((_, index) => ({ index }));
  return told.flatMap(({ index = 0, number, name, protocol = "tcp" }) => {
    const found = number ?? task.ports[index];
    if (found === undefined) return [];
    return [{ number: found, protocol, ...(name === undefined ? {} : { name }) }];
  });
}

function announcedPort(
  task: TaskRecord,
  deploy: Deploy,
  ports: readonly NamedPort[],
): NamedPort | undefined {
  const named = ports.find(({ name }) => name === "http" || name === "https");
  if (named !== undefined) return named;
  if (deploy.discovery?.ports !== undefined) return ports[0];
  const number = task.ports[deploy.loadBalancerPortIndex ?? 0];
  return ports.find((port) => port.number === number) ?? ports[0];
}

interface TaskPlace {
  readonly framework: AnnouncingFramework;
  readonly ports: readonly NamedPort[];
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
}

function metadataOf(
  { taskId, agentId, hostname }: TaskRecord,
  { discovery, serviceBasePath }: Deploy,
  { framework, ports, host, labels }: TaskPlace,
): Readonly<Record<string, unknown>> {
  const weight = discovery?.weight ?? labels["discovery.weight"];
  return {
    framework: framework.name,
    frameworkId: framework.id,
    requestId: taskId.requestId,
    deployId: taskId.deployId,
    taskId: taskId.id,
    instanceNo: taskId.instanceNo,
    agentId,
    agentHost: hostname,
    host,
    zone: taskId.rackId,
    rack: taskId.rackId,
    weight: weightOf(weight),
    ports,
    ...(serviceBasePath === undefined ? {} : { basePath: serviceBasePath }),
    ...(discovery?.environment === undefined ? {} : { environment: discovery.environment }),
    ...(discovery?.location === undefined ? {} : { location: discovery.location }),
    ...(discovery?.version === undefined ? {} : { version: discovery.version }),
  };
}

function weightOf(told: number | string | undefined): number {
  const weight = told === undefined || told === "" ? 1 : Number(told);
  return Number.isFinite(weight) && weight >= 0 ? weight : 1;
}

/** A task's own labels win over its deploy's. */
function labelsOf(
  { taskId }: TaskRecord,
  { mesosLabels = [], mesosTaskLabels = {} }: Deploy,
): Readonly<Record<string, string>> {
  const all = [...mesosLabels, ...(mesosTaskLabels[taskId.instanceNo] ?? [])];
  return Object.fromEntries(all.map(({ key, value = "" }) => [key, value]));
}
