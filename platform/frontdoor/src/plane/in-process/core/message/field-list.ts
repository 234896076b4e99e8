/**
 * Header fields as they stand in a message: name, value, name, value. Names are in lower case.
 *
 * A flat list, because a proxy reads every field once, in order, and makes another list of it.
 */

export type FieldList = readonly string[];

/** One value, or several joined by ", " (cookies by "; ", as HTTP/2 splits them). */
export function fieldValue(fields: FieldList, name: string): string | undefined {
  let value: string | undefined;
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] !== name) continue;
    const next = fields[at + 1] as string;
    value = value === undefined ? next : `${value}${name === "cookie" ? "; " : ", "}${next}`;
  }
  return value;
}

/** The members of a comma-separated value, in lower case; empty ones are left out. */
export function listMembers(value: string): string[] {
  return value
    .split(",")
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== "");
}

/** PERF: a value of one member, as most are, is not taken apart. */
export function hasMember(value: string | undefined, member: string): boolean {
  if (value === undefined) return false;
  if (!value.includes(",")) return value.trim().toLowerCase() === member;
  return listMembers(value).includes(member);
}
