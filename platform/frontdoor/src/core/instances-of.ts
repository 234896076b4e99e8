/** What is announced, as a data plane needs it: of the services that rules name, where requests can go. */

import type { Instance, Services } from "./routing-table.ts";
import { parseServiceUri } from "./service-uri.ts";

/** Of an announcement, what matters here. */
export interface Announced {
  readonly id: string;
  readonly uri: string;
  /** 0: announced, and wants no requests. */
  readonly weight: number;
  readonly zone: string | undefined;
}

/** In the order of their ids. Those that want no requests, or could not be sent any, are left out. */
export function instancesOf(announced: readonly Announced[]): readonly Instance[] {
  const instances = announced.flatMap(instanceOf);
  return instances.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function instanceOf({ id, uri, weight, zone }: Announced): readonly Instance[] {
  const url = parseServiceUri(uri);
  if (url === undefined || !(weight > 0)) return [];
  const { protocol, host, pathname } = url;
  return [{ id, uri: `${protocol}//${host}${pathname.replace(/\/+$/, "")}`, weight, zone }];
}

/** PERF: a list that is the same object is not looked through. */
export function isSameServices(a: Services, b: Services): boolean {
  if (a.size !== b.size) return false;
  for (const [service, instances] of a) {
    const others = b.get(service);
    if (instances === others) continue;
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
