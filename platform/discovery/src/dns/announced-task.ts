/**
 * What an announcement says to DNS: a task of a framework, its hosts and its ports.
 *
 * mesos-dns reads tasks from a master; here an announcement stands for one. Its `serviceType` is the
 * task's name, its URI the host and the port. What else mesos-dns would know may stand in its metadata:
 *
 *     framework   name of the framework; else the server's `--dns_framework`
 *     taskId      else the announcement's id
 *     agentId     what follows its last "-" ends the canonical name
 *     agentHost   IP or name of the agent, for the names below `.slave`; else the URI's host
 *     ports       [{"number": 31000, "name": "admin", "protocol": "tcp"}, …]; else the URI's port
 */

import type { Announcement } from "../core/announcement.ts";
import { membersOf } from "../core/announcement.ts";
import { canonicalLabel, domainFragmentOf, labelOf } from "./dns-labels.ts";

export interface TaskPort {
  readonly number: number;
  /** As a label; "" for one without a name. */
  readonly name: string;
  readonly protocol: "tcp" | "udp";
}

export interface AnnouncedTask {
  /** As they were announced. */
  readonly frameworkName: string;
  readonly taskName: string;
  readonly taskId: string;
  /** As names have them: `marathon`, `web`, `web-ejk4t-s2`. */
  readonly framework: string;
  readonly task: string;
  readonly canonical: string;
  /** IP addresses or names. */
  readonly host: string;
  readonly agentHost: string;
  readonly ports: readonly TaskPort[];
}

const portsMax = 64;
const defaultPorts: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "ws:": 80,
  "wss:": 443,
};

/** Undefined: nothing of its type, or of its framework's name, can stand in a name. */
export function announcedTask(
  announcement: Announcement,
  defaultFramework: string,
): AnnouncedTask | undefined {
  const members = membersOf(announcement);
  const metadata = objectOf(members["metadata"]);
  const uri = URL.parse(String(members["serviceUri"]));
  const frameworkName = textOf(metadata["framework"]) ?? defaultFramework;
  const framework = domainFragmentOf(frameworkName);
  const task = labelOf(announcement.serviceType);
  if (uri === null || task === "" || framework === "") return undefined;
  const taskId = textOf(metadata["taskId"]) ?? announcement.id;
  const host = uri.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    frameworkName,
    taskName: announcement.serviceType,
    taskId,
    framework,
    task,
    canonical: canonicalLabel(task, taskId, textOf(metadata["agentId"])),
    host,
    agentHost: textOf(metadata["agentHost"]) ?? host,
    ports: toldPorts(metadata["ports"]) ?? portsOf(uri),
  };
}

/** `marathon` of an announcement, without taking all of it apart where nothing else is known. */
export function nameKeyOf({ task, framework }: AnnouncedTask): string {
  return `${task}.${framework}`;
}

function portsOf(uri: URL): readonly TaskPort[] {
  const number = uri.port === "" ? defaultPorts[uri.protocol] : Number(uri.port);
  if (number === undefined || number === 0) return [];
  return [{ number, name: "", protocol: uri.protocol === "udp:" ? "udp" : "tcp" }];
}

function toldPorts(value: unknown): readonly TaskPort[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, portsMax).flatMap((each: unknown) => {
    const { number, name, protocol } = objectOf(each);
    const isPort = Number.isInteger(number) && (number as number) > 0 && (number as number) < 65536;
    if (!isPort) return [];
    const isUdp = textOf(protocol)?.toLowerCase() === "udp";
    const port: TaskPort = {
      number: number as number,
      name: labelOf(textOf(name) ?? ""),
      protocol: isUdp ? "udp" : "tcp",
    };
    return [port];
  });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
