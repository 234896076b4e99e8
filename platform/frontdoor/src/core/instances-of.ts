/** What is announced, as a data plane needs it: of the services that rules name, where requests can go. */

import type { Instance, Services } from "./routing-table.ts";
import type { ServiceName } from "./rule.ts";

/** Of an announcement, what matters here. */
export interface Announced {
  readonly id: string;
  readonly uri: string;
  /** 0: announced, and wants no requests. */
  readonly weight: number;
  readonly zone: string | undefined;
}

/** `find`: what is announced as a service. Instances stand in the order of their ids. */
export function instancesOf(
  services: Iterable<ServiceName>,
  find: (service: ServiceName) => readonly Announced[],
): Services {
  const table = new Map<ServiceName, readonly Instance[]>();
  for (const service of services) {
    const instances = find(service).flatMap(instanceOf);
    instances.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    table.set(service, instances);
  }
  return table;
}

function instanceOf({ id, uri, weight, zone }: Announced): readonly Instance[] {
  const address = parseServiceUri(uri);
  return address === undefined || !(weight > 0) ? [] : [{ id, uri: address, weight, zone }];
}

/** Undefined: no place to send HTTP requests to. */
function parseServiceUri(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(uri);
  const isHttp = protocol === "http:" || protocol === "https:";
  if (!isHttp || host === "" || username !== "" || password !== "") return undefined;
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
}

export function isSameServices(a: Services, b: Services): boolean {
  if (a.size !== b.size) return false;
  for (const [service, instances] of a) {
    const others = b.get(service);
    if (others === undefined || others.length !== instances.length) return false;
    for (const [at, instance] of instances.entries()) {
      const other = others[at] as Instance;
      const isSame =
        instance.id === other.id &&
        instance.uri === other.uri &&
        instance.weight === other.weight &&
        instance.zone === other.zone;
      if (!isSame) return false;
    }
  }
  return true;
}
