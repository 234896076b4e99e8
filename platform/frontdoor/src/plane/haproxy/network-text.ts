/**
 * Networks as HAProxy must be told them, so that it finds in them just those addresses that we do.
 *
 * To HAProxy an IPv6 address that holds an IPv4 one is both: not only `::ffff:10.0.0.1`, as sockets of both
 * families show it, but `2002:a00:1::` (6to4) and `::10.0.0.1` as well, which anybody may have, are in its
 * 10.0.0.0/8; and every IPv4 address is in its `::/0`. So an IPv4 network is told as the one of IPv6
 * that it is in IPv6's clothes, which only the former is in; and of an IPv6 network that holds all of
 * these, the rest is told, in parts.
 */

const mapped = `${"0".repeat(80)}${"1".repeat(16)}`;

/** Of `parseNetwork`'s bits: `::ffff:10.0.0.0/104`, `2001:db8:0:0:0:0:0:0/32`; rarely more than one. */
export function networkTexts(network: string): readonly string[] {
  const bits = network.slice(1);
  if (network.startsWith("4")) return [`::ffff:${dotted(bits)}/${mapped.length + bits.length}`];
  if (!mapped.startsWith(bits)) return [grouped(bits)];
  const parts: string[] = [];
  for (let at = bits.length; at < mapped.length; at += 1) {
    parts.push(grouped(mapped.slice(0, at) + (mapped[at] === "0" ? "1" : "0")));
  }
  return parts;
}

function dotted(bits: string): string {
  return numbersOf(bits.padEnd(32, "0"), 8).join(".");
}

function grouped(bits: string): string {
  const groups = numbersOf(bits.padEnd(128, "0"), 16).map((group) => group.toString(16));
  return `${groups.join(":")}/${bits.length}`;
}

function numbersOf(bits: string, each: number): number[] {
  return Array.from({ length: bits.length / each }, (_, at) =>
    Number.parseInt(bits.slice(at * each, (at + 1) * each), 2),
  );
}
