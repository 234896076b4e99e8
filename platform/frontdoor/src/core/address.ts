/**
 * Addresses and networks as text of bits, so that "is it in that network" is "does it begin so":
 * `4` or `6`, then a `0` or `1` for each bit that counts. An IPv4 address that came in IPv6's clothes
 * (`::ffff:10.0.0.1`, as sockets of both families show it) is the IPv4 address.
 */

const mappedPrefix = `${"0".repeat(80)}${"1".repeat(16)}`;

/** Undefined: not an address. A zone (`fe80::1%eth0`) does not count. */
export function parseAddress(text: string): string | undefined {
  if (!text.includes(":")) return bitsOf4(text)?.replace(/^/, "4");
  const percent = text.indexOf("%");
  const bits = bitsOf6(percent < 0 ? text : text.slice(0, percent));
  if (bits === undefined) return undefined;
  return bits.startsWith(mappedPrefix) ? `4${bits.slice(96)}` : `6${bits}`;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. Undefined: none of them, or bits after the network's. */
export function parseNetwork(text: string): string | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return parseAddress(text);
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  const bits = parseAddress(address);
  if (bits === undefined || !/^\d{1,3}$/.test(length)) return undefined;
  const isMapped = bits.startsWith("4") && address.includes(":");
  const kept = Number(length) - (isMapped ? 96 : 0);
  if (kept < 0 || kept > bits.length - 1) return undefined;
  const network = bits.slice(0, 1 + kept);
  return bits.slice(1 + kept).includes("1") ? undefined : network;
}

function bitsOf4(text: string): string | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let bits = "";
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bits += Number(part).toString(2).padStart(8, "0");
  }
  return bits;
}

function bitsOf6(text: string): string | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(bitsOfGroups);
  if (before === undefined) return undefined;
  if (halves.length === 1) return before.length === 128 ? before : undefined;
  if (after === undefined || before.length + after.length > 112) return undefined;
  return before + "0".repeat(128 - before.length - after.length) + after;
}

function bitsOfGroups(text: string): string | undefined {
  if (text === "") return "";
  const groups = text.split(":");
  let bits = "";
  for (const [index, group] of groups.entries()) {
    if (index === groups.length - 1 && group.includes(".")) {
      const ending = bitsOf4(group);
      if (ending === undefined) return undefined;
      bits += ending;
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      bits += Number.parseInt(group, 16).toString(2).padStart(16, "0");
    } else {
      return undefined;
    }
  }
  return bits.length <= 128 ? bits : undefined;
}
