/** Where a HAProxy takes up connections that waited for it (`held-connections.ts`): as those of its ports. */

import type { ListenPorts } from "./listen-ports.ts";

/** In the generation's folder. */
export const heldSocketNames = { http: "held", https: "held-tls" } as const;

/** `tls`: what comes after the address of a `bind` that takes TLS. */
export function formatHeldBinds(
  folder: string,
  { httpPort, httpsPort }: ListenPorts,
  tls: string,
): string[] {
  const bind = (name: string): string => `  bind unix@${folder}/${name} mode 600 accept-proxy`;
  return [
    ...(httpPort === undefined ? [] : [bind(heldSocketNames.http)]),
    ...(httpsPort === undefined ? [] : [`${bind(heldSocketNames.https)} ${tls}`]),
  ];
}
