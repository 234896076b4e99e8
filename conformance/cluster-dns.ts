/**
 * Where the cluster's discovery answers DNS, and services that are announced for the time of a check.
 */

import assert from "node:assert/strict";
import type { Cluster } from "@tavola/harness";

export interface DnsPlace {
  readonly ip: string;
  readonly port: number;
}

/** As mesos-dns's configuration has it. */
export async function dnsPlaceOf({ discovery = "" }: Cluster): Promise<DnsPlace> {
  const answer = await fetch(`${discovery}/v1/config`);
  const { Listener: ip, Port: port } = (await answer.json()) as { Listener: string; Port: number };
  return { ip, port };
}

export interface Announced {
  withdraw(): Promise<void>;
}

/** Not renewed: it expires after 30 s, where nobody withdraws it before. */
export async function announce(
  { discovery = "" }: Cluster,
  serviceType: string,
  serviceUri: string,
): Promise<Announced> {
  const body = { serviceType, serviceUri, metadata: { "server-token": serviceUri } };
  const answer = await fetch(`${discovery}/announcement`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201);
  const { announcementId: id } = (await answer.json()) as { announcementId: string };
  return {
    withdraw: async () => {
      await fetch(`${discovery}/announcement/${id}`, { method: "DELETE" });
    },
  };
}

/** So many that their answer does not fit into a datagram. */
export const manyInstances = 60;

/**
 * Two instances of `web`, and many of `many`, in which `name` tells checks apart, while `use` runs:
 * `NAME-web.marathon.mesos` at 10.9.0.1 and 10.9.0.2, ports 8001 and 8002.
 */
export async function withServices(
  cluster: Cluster,
  name: string,
  use: (place: DnsPlace) => Promise<void>,
): Promise<void> {
  const announced: Announced[] = [];
  try {
    for (const at of [1, 2]) {
      announced.push(await announce(cluster, `${name}-web`, `http://10.9.0.${at}:800${at}`));
    }
    for (let at = 1; at <= manyInstances; at += 1) {
      announced.push(await announce(cluster, `${name}-many`, `http://10.9.1.${at}:80`));
    }
    await use(await dnsPlaceOf(cluster));
  } finally {
    for (const each of announced) await each.withdraw();
  }
}
