/**
 * Offers as a master would make them, for tests of placement.
 */

import type { Attribute, Offer, Resource } from "@tavola/protocol";

export interface OfferParts {
  /** Default: "a1". */
  readonly agent?: string;
  /** Default: "<agent>-O1". */
  readonly id?: string;
  /** Default: "host-<agent>". */
  readonly host?: string;
  readonly cpus?: number;
  readonly memoryMb?: number;
  readonly diskMb?: number;
  readonly ports?: readonly (readonly [number, number])[];
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of all that is offered. */
  readonly reservedFor?: string;
  /** Default: none; as for a framework with several roles. */
  readonly allocatedTo?: string;
}

export function offerOf(parts: OfferParts = {}): Offer {
  const { agent = "a1", cpus = 4, memoryMb = 1024, diskMb = 10_000, ports = [] } = parts;
  const resources = [
    scalar("cpus", cpus),
    scalar("mem", memoryMb),
    scalar("disk", diskMb),
    ...ports.map(([begin, end]) => portsOf(begin, end)),
  ];
  const { reservedFor, allocatedTo } = parts;
  return {
    id: { value: parts.id ?? `${agent}-O1` },
    framework_id: { value: "f" },
    agent_id: { value: agent },
    hostname: parts.host ?? `host-${agent}`,
    resources: resources.map((resource) => ({
      ...resource,
      ...(reservedFor === undefined ? {} : { reservations: [{ role: reservedFor }] }),
    })),
    attributes: Object.entries(parts.attributes ?? {}).map(textOf),
    ...(allocatedTo === undefined ? {} : { allocation_info: { role: allocatedTo } }),
  };
}

function scalar(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value } };
}

function portsOf(begin: number, end: number): Resource {
  return { name: "ports", type: "RANGES", ranges: { range: [{ begin, end }] } };
}

function textOf([name, value]: readonly [string, string]): Attribute {
  return { name, type: "TEXT", text: { value } };
}
