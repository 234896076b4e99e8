/** Sessions with a real etcd, for tests: opened and connected, and ended from outside. */

import { CodedError } from "@tavola/base";
import { silentLogger } from "@tavola/host";
import type { Ensemble } from "@tavola/test-servers";
import type { Coordination } from "../../coordination.ts";
import type { StoreUrl } from "../../store-url.ts";
import { openEtcd } from "../etcd-coordination.ts";

/** The shortest that etcd agrees to with its usual election timeout of a second. */
export const sessionTimeoutMs = 2_000;

export function etcdUrl(
  etcd: Ensemble,
  credentials?: { readonly user: string; readonly password: string },
): StoreUrl {
  const servers = etcd.servers.map(({ address, port }) => ({ host: address, port }));
  return { scheme: "etcd", servers, credentials, path: "/mesos", file: undefined };
}

/** Resolves when the session is connected; rejects with its trouble when waiting does not help. */
export async function connected(store: Coordination): Promise<Coordination> {
  const waitMs = 20_000;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("etcd did not connect")), waitMs);
    const look = (): void => {
      const { state, trouble } = store.session;
      if (state === "suspended" && trouble?.transient !== false) {
        setTimeout(look, 5);
        return;
      }
      clearTimeout(timer);
      if (state === "connected") resolve();
      else reject(trouble ?? new CodedError("SESSION_EXPIRED", "ended before it was connected"));
    };
    look();
  });
  return store;
}

export function openConnected(etcd: Ensemble): Promise<Coordination> {
  return connected(openEtcd(etcdUrl(etcd), { sessionTimeoutMs, logger: silentLogger }));
}

/** Takes the client's lease away, as etcd does with one that is silent. */
export async function expireLease(client: Coordination): Promise<void> {
  const server = client.description.slice("etcd://".length).split(",")[0];
  const lease = leaseOf(client);
  const answer = await fetch(`http://${server}/v3/lease/revoke`, {
    method: "POST",
    body: JSON.stringify({ ID: lease }),
  });
  if (!answer.ok) throw new Error(`etcd did not revoke the lease: ${await answer.text()}`);
}

function leaseOf(client: Coordination): string {
  const { lease } = client as Coordination & { readonly lease?: string };
  if (lease === undefined) throw new Error("the session has no lease yet");
  return lease;
}
