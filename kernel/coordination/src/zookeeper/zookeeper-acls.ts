/**
 * Who may do what with the nodes that we make: what Mesos gives its own.
 *
 * Without a password everybody may do everything. With one everybody may read, and only whoever gave
 * the same user and password may do the rest.
 */

import type { Acl } from "./wire-calls.ts";

const permissions = { read: 1, write: 2, create: 4, delete: 8, admin: 16 } as const;
const all = 31;

export const openAcls: readonly Acl[] = [{ permissions: all, scheme: "world", id: "anyone" }];

export const creatorAcls: readonly Acl[] = [
  { permissions: permissions.read, scheme: "world", id: "anyone" },
  { permissions: all, scheme: "auth", id: "" },
];

/** `world:anyone: read; digest:joe:…: all`, without the digests. */
export function formatAcls(acls: readonly Acl[]): string {
  return acls
    .map(({ permissions: granted, scheme, id }) => {
      const who = scheme === "digest" ? `digest:${id.split(":")[0]}` : `${scheme}:${id}`;
      const what = Object.entries(permissions)
        .filter(([, bit]) => (granted & bit) !== 0)
        .map(([name]) => name);
      return `${who}: ${granted === all ? "all" : what.join(", ")}`;
    })
    .join("; ");
}
