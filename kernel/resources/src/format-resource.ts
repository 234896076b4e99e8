/**
 * A resource as Mesos prints it: `cpus(allocated: web)(reservations: [(STATIC,eng)]):0.5`.
 *
 * For logs and error sentences; not always parseable (reservations and disks have no place in the
 * text grammar). Source: the stream operators of src/common/resources.cpp and values.cpp.
 */
import { milli } from "@tavola/base";
import type {
  Labels,
  Resource,
  Resource_DiskInfo,
  Resource_DiskInfo_Source,
  Resource_ReservationInfo,
  Volume,
} from "@tavola/protocol";
import { formatRanges } from "./ranges.ts";

/** One resource message in any reservation form (the pre-refinement fields are not printed). */
export function formatResource(resource: Resource): string {
  let text = resource.name;
  if (resource.allocation_info !== undefined) {
    text += `(allocated: ${resource.allocation_info.role ?? ""})`;
  }
  const reservations = resource.reservations ?? [];
  if (reservations.length > 0) {
    text += `(reservations: [${reservations.map((r) => `(${formatReservation(r)})`).join(",")}])`;
  }
  if (resource.disk !== undefined) text += `[${formatDisk(resource.disk)}]`;
  if (resource.revocable !== undefined) text += "{REV}";
  if (resource.shared !== undefined) text += "<SHARED>";
  return `${text}:${formatValue(resource)}`;
}

/** The value alone: `0.5`, `[1-2, 5-6]` or `{a, b}`. */
function formatValue(resource: Resource): string {
  switch (resource.type) {
    case "RANGES":
      return formatRanges(resource.ranges?.range ?? []);
    case "SET":
      return `{${(resource.set?.item ?? []).join(", ")}}`;
    default:
      return formatScalar(resource.scalar?.value ?? 0);
  }
}

/** At most three decimals and fifteen significant digits. */
export function formatScalar(value: number): string {
  const rounded = milli(value) / 1000;
  return String(Math.abs(rounded) < 1e12 ? rounded : Number(rounded.toPrecision(15)));
}

function formatReservation({ type, role, principal, labels }: Resource_ReservationInfo): string {
  let text = `${type ?? "UNKNOWN"},${role ?? ""}`;
  if (principal !== undefined) text += `,${principal}`;
  if (labels !== undefined) text += `,${formatLabels(labels)}`;
  return text;
}

export function formatLabels(labels: Labels): string {
  const parts = (labels.labels ?? []).map(({ key, value }) =>
    value === undefined ? key : `${key}: ${value}`,
  );
  return `{${parts.join(", ")}}`;
}

function formatDisk({ source, persistence, volume }: Resource_DiskInfo): string {
  let text = source === undefined ? "" : formatSource(source);
  if (persistence !== undefined) {
    text += source === undefined ? persistence.id : `,${persistence.id}`;
  }
  if (volume !== undefined) text += `:${formatVolume(volume)}`;
  return text;
}

/** A disk's source: `MOUNT:/data`, or `RAW(vendor,id,profile)` of a storage provider. */
export function formatSource(source: Resource_DiskInfo_Source): string {
  const { type, path, mount, id, profile, vendor } = source;
  if (id !== undefined || profile !== undefined) {
    return `${type}(${vendor ?? ""},${id ?? ""},${profile ?? ""})`;
  }
  const root = type === "MOUNT" ? mount?.root : type === "PATH" ? path?.root : undefined;
  return root === undefined ? type : `${type}:${root}`;
}

function formatVolume({ container_path, host_path, mode }: Volume): string {
  if (host_path === undefined) return container_path;
  return `${host_path}:${container_path}${mode === undefined ? "" : `:${mode.toLowerCase()}`}`;
}
