/**
 * Whether an agent may come back as who it was although its flags (or its machine) have changed.
 *
 * `equal`: nothing may differ. `additive`: more resources and more attributes may be there than were;
 * what was must still be, with no less of it. Source: slave/compatibility.cpp, with its sentences.
 */

import type { AgentInfo, Attribute, Resource, Value_Range, Value_Scalar } from "@tavola/protocol";
import { formatResource, Resources } from "@tavola/resources";

export type ReconfigurationPolicy = "equal" | "additive";

/** Why not; undefined when it may. Ids are left aside. */
export function incompatibilityOf(
  policy: ReconfigurationPolicy,
  previous: AgentInfo,
  current: AgentInfo,
): string | undefined {
  return policy === "equal"
    ? differenceOf(previous, current)
    : notAdditive(normalized(previous), normalized(current));
}

/** Also whether a master has to be told that the agent is not quite the one it knew. */
export function isSameAgentInfo(previous: AgentInfo, current: AgentInfo): boolean {
  return differenceOf(previous, current) === undefined;
}

function differenceOf(previous: AgentInfo, current: AgentInfo): string | undefined {
  const old = describe(previous);
  const now = describe(current);
  const changed = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => old[name] !== now[name],
  );
  if (changed.length === 0) return undefined;
  const changes = changed.map((name) => `${name} was ${shown(old[name])}, is ${shown(now[name])}`);
  return `Incompatible agent info detected. ${changes.join("; ")}`;
}

function shown(text: string | undefined): string {
  return text === undefined || text === "" ? "none" : `'${text}'`;
}

/** Each part as a text that two equal ones share. */
function describe(info: AgentInfo): Record<string, string | undefined> {
  const { hostname, port = 5051, checkpoint, domain, resources = [], attributes = [] } = info;
  return {
    hostname,
    port: String(port),
    checkpoint: String(checkpoint ?? false),
    domain: domain === undefined ? undefined : JSON.stringify(domain),
    resources: Resources.of(resources).toList().map(formatResource).sort().join(";"),
    // Their order means nothing. Source: Attributes::operator==.
    attributes: attributes.map(formatAttribute).sort().join(";"),
  };
}

function formatAttribute({ name, type, scalar, ranges, text, set }: Attribute): string {
  return `${name}:${JSON.stringify({ type, ...{ scalar, ranges, text, set } })}`;
}

function normalized(info: AgentInfo): AgentInfo {
  return { ...info, resources: Resources.of(info.resources ?? []).toList() };
}

function notAdditive(previous: AgentInfo, current: AgentInfo): string | undefined {
  const forbidden = "Configuration change not permitted under 'additive' policy: ";
  if (previous.hostname !== current.hostname) {
    return `${forbidden}Hostname changed from ${previous.hostname} to ${current.hostname}`;
  }
  const [oldPort, newPort] = [previous.port ?? 5051, current.port ?? 5051];
  if (oldPort !== newPort) return `${forbidden}Port changed from ${oldPort} to ${newPort}`;
  if (previous.domain !== undefined) {
    const [from, to] = [previous.domain, current.domain].map((each) => JSON.stringify(each));
    if (from !== to) return `${forbidden}Domain changed from ${from} to ${to ?? "none"}`;
  }
  const why =
    firstOf(previous.resources ?? [], (each) => resourceLost(each, current.resources ?? [])) ??
    firstOf(previous.attributes ?? [], (each) => attributeLost(each, current.attributes ?? []));
  return why === undefined ? undefined : `${forbidden}${why}`;
}

function firstOf<T>(
  items: readonly T[],
  whyNot: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const why = whyNot(item);
    if (why !== undefined) return why;
  }
  return undefined;
}

function resourceLost(old: Resource, current: readonly Resource[]): string | undefined {
  const key = kindOf(old);
  const now = current.find((each) => kindOf(each) === key);
  if (now === undefined) return `Resource not found: ${formatResource(old)}`;
  if (covers(now, old)) return undefined;
  return `Value of resource '${old.name}' decreased from ${formatResource(old)} to ${formatResource(now)}`;
}

/** Everything of it but how much. */
function kindOf({ scalar: _scalar, ranges: _ranges, set: _set, ...kind }: Resource): string {
  return JSON.stringify(Object.entries(kind).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function attributeLost(old: Attribute, current: readonly Attribute[]): string | undefined {
  const now = current.find(({ name }) => name === old.name);
  if (now === undefined) return `Couldn't find attribute ${old.name}`;
  if (now.type !== old.type) {
    return `Type of attribute '${old.name}' changed from ${old.type} to ${now.type}`;
  }
  const isKept =
    old.type === "RANGES"
      ? rangesCover(now.ranges?.range ?? [], old.ranges?.range ?? [])
      : formatAttribute(old) === formatAttribute(now);
  return isKept ? undefined : `Value of attribute '${old.name}' changed`;
}

function covers(now: Resource, old: Resource): boolean {
  if (old.type === "SCALAR") return amount(now.scalar) >= amount(old.scalar);
  if (old.type === "RANGES") return rangesCover(now.ranges?.range ?? [], old.ranges?.range ?? []);
  const items = new Set(now.set?.item ?? []);
  return (old.set?.item ?? []).every((item) => items.has(item));
}

function amount(scalar: Value_Scalar | undefined): number {
  return Math.round((scalar?.value ?? 0) * 1000);
}

/** Both merged, as `Resources` has them. */
function rangesCover(now: readonly Value_Range[], old: readonly Value_Range[]): boolean {
  return old.every((inner) =>
    now.some(({ begin, end }) => begin <= inner.begin && end >= inner.end),
  );
}
