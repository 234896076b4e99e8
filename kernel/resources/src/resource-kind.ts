/**
 * What two resources must have in common to be added to or taken from one another.
 *
 * Everything of a resource but its value and its allocation is its *kind*: name, type, reservation
 * stack, disk, revocable, shared, provider. Comparing kinds compares three short strings, because
 * everything unusual is folded into one `identity` when the kind is made; the usual kinds (a bare
 * name and type) have the empty one and are made once.
 *
 * Not part of the identity, as in Mesos (src/common/resources.cpp): a disk's `volume` and a
 * persistence's `principal`, which say how the resource is used.
 */
import type { Labels, Resource, Resource_DiskInfo_Source, Value_Type } from "@tavola/protocol";

/**
 * - `divisible`: two amounts add up to one, and any part can be taken away;
 * - `whole`: a persistent volume or an exclusive disk: never added up, only taken away as it is;
 * - `shared`: like `whole`, but held several times at once, with a count.
 */
type Divisibility = "divisible" | "whole" | "shared";

export interface ResourceKind {
  readonly name: string;
  readonly type: Value_Type;
  /** Tells apart kinds of the same name and type; "" for a bare one. */
  readonly identity: string;
  readonly divisibility: Divisibility;
  /** Role on top of the reservation stack; undefined when unreserved. */
  readonly reservationRole: string | undefined;
  /** The resource's fields but value and allocation; undefined for a bare kind. */
  readonly template: Omit<Resource, "scalar" | "ranges" | "set"> | undefined;
}

/** Bare kinds are kept for reuse up to this many, so that odd names cannot fill the memory. */
const bareKindsMax = 256;
const bareKinds = new Map<string, ResourceKind>();

/** The kind of a valid resource in the post-refinement form. */
export function kindOf(resource: Resource): ResourceKind {
  return isBare(resource) ? bareKind(resource.name, resource.type) : fullKind(resource);
}

/** The kind of unreserved, ordinary `name`. */
function bareKind(name: string, type: Value_Type): ResourceKind {
  const known = bareKinds.get(name);
  if (known?.type === type) return known;
  const kind: ResourceKind = {
    name,
    type,
    identity: "",
    divisibility: "divisible",
    reservationRole: undefined,
    template: undefined,
  };
  if (known === undefined && bareKinds.size < bareKindsMax) bareKinds.set(name, kind);
  return kind;
}

export function isSameKind(a: ResourceKind, b: ResourceKind): boolean {
  return a === b || (a.identity === b.identity && a.name === b.name && a.type === b.type);
}

function isBare(resource: Resource): boolean {
  return (
    (resource.reservations === undefined || resource.reservations.length === 0) &&
    resource.disk === undefined &&
    resource.revocable === undefined &&
    resource.shared === undefined &&
    resource.provider_id === undefined
  );
}

function fullKind(resource: Resource): ResourceKind {
  const { scalar: _, ranges: __, set: ___, allocation_info: ____, ...template } = resource;
  return {
    name: resource.name,
    type: resource.type,
    identity: identityOf(resource),
    divisibility: divisibilityOf(resource),
    reservationRole: resource.reservations?.at(-1)?.role,
    template,
  };
}

function divisibilityOf({ shared, disk }: Resource): Divisibility {
  if (shared !== undefined) return "shared";
  if (disk === undefined) return "divisible";
  if (disk.persistence !== undefined) return "whole";
  switch (disk.source?.type) {
    case "MOUNT":
    case "BLOCK":
      return "whole";
    case "RAW":
      return disk.source.id === undefined ? "divisible" : "whole";
    default:
      return "divisible";
  }
}

/** Parts are written with their length before them, so that no two identities run together. */
function identityOf(resource: Resource): string {
  let identity = "";
  for (const { type, role, principal, labels } of resource.reservations ?? []) {
    identity += `R${text(type)}${text(role)}${text(principal)}${labelsText(labels)}`;
  }
  if (resource.disk !== undefined) {
    identity += `D${sourceText(resource.disk.source)}${text(resource.disk.persistence?.id)}`;
  }
  if (resource.revocable !== undefined) identity += "V";
  if (resource.shared !== undefined) identity += "S";
  if (resource.provider_id !== undefined) identity += `P${text(resource.provider_id.value)}`;
  return identity;
}

function text(part: string | undefined): string {
  return part === undefined ? "-" : `${part.length}:${part}`;
}

function labelsText(labels: Labels | undefined): string {
  if (labels === undefined) return "-";
  const parts = (labels.labels ?? []).map(({ key, value }) => text(key) + text(value));
  return `L${parts.sort().join("")}.`;
}

function sourceText(source: Resource_DiskInfo_Source | undefined): string {
  if (source === undefined) return "-";
  const { type, path, mount, id, metadata, profile, vendor } = source;
  const pathText = path === undefined ? "-" : `p${text(path.root)}`;
  const mountText = mount === undefined ? "-" : `m${text(mount.root)}`;
  return `${text(type)}${pathText}${mountText}${text(id)}${labelsText(metadata)}${text(profile)}${text(vendor)}`;
}
