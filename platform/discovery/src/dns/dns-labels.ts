/**
 * Names as mesos-dns makes them: what may stand in a label, and the short hash of a task's id.
 *
 * Rules of its RFC 1123 mode: letters in lower case, digits, and "-" for "-", "." and "_"; everything
 * else is left out; at most 63 characters, no "-" at either end.
 */

import { createHash } from "node:crypto";

const labelCharactersMax = 63;
/** Leaves room for the hash and the agent in one label. Differs: mesos-dns may make labels too long. */
const canonicalTaskCharactersMax = 40;
const zbase32 = "ybndrfg8ejkmcpqxot1uwisza345h769";
const hashCharacters = 5;

/** May be empty, where nothing of the name can stand in one. */
export function labelOf(name: string): string {
  const mapped = name
    .replaceAll(/[._]/g, "-")
    .replaceAll(/[^A-Za-z0-9-]/g, "")
    .toLowerCase();
  const trimmed = mapped.replace(/^-+/, "");
  const head = trimmed.slice(0, labelCharactersMax).replace(/-+$/, "");
  // Where the cut fell into dashes, what stands behind them moves up.
  const rest = trimmed.slice(labelCharactersMax).replace(/^-+/, "");
  return `${head}${rest.slice(0, labelCharactersMax - head.length)}`.replace(/-+$/, "");
}

/** A framework's name may have dots, between labels. */
export function domainFragmentOf(name: string): string {
  return name
    .split(".")
    .map(labelOf)
    .filter((label) => label !== "")
    .join(".");
}

/** `web-ejk4t-s2`: one task of its name. `agentId`: only what is behind its last "-" counts. */
export function canonicalLabel(task: string, taskId: string, agentId: string | undefined): string {
  const head = task.slice(0, canonicalTaskCharactersMax).replace(/-+$/, "");
  const tail = agentId === undefined ? "" : labelOf(agentId.slice(agentId.lastIndexOf("-") + 1));
  const hashed = `${head}-${shortHash(taskId)}`;
  return tail === "" ? hashed : `${hashed}-${tail.slice(0, 12)}`;
}

/** Five characters of z-base-32 of the SHA-1, as mesos-dns takes them. */
export function shortHash(text: string): string {
  const digest = createHash("sha1").update(text).digest();
  let hash = "";
  for (let at = 0; at < hashCharacters; at += 1) {
    const bit = at * 5;
    const pair = ((digest[bit >> 3] as number) << 8) | (digest[(bit >> 3) + 1] as number);
    hash += zbase32[(pair >> (11 - (bit & 7))) & 31];
  }
  return hash;
}
