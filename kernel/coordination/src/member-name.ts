/**
 * How a member is named: a prefix and its sequence number in ten digits, as ZooKeeper names its
 * sequential nodes, so that Mesos's own programs can read ours and we theirs.
 */

const sequenceDigits = 10;

export function formatMemberName(prefix: string, sequence: number): string {
  return `${prefix}${String(sequence).padStart(sequenceDigits, "0")}`;
}

/** Undefined when the name has another prefix, or what follows is no sequence number. */
export function parseMemberSequence(name: string, prefix: string): number | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const digits = name.slice(prefix.length);
  return /^\d{10,15}$/.test(digits) ? Number(digits) : undefined;
}
