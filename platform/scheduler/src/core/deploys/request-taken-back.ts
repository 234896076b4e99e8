/**
 * What a deploy changed in its request (`updatedRequest`), and how it is taken back with the deploy.
 *
 * Only what the deploy changed is, and only where nobody has changed it again since: a request that was
 * scaled by hand after the deploy keeps that number.
 */

import type { Request } from "../model/request.ts";
import type { UpdatedFields } from "../records.ts";
import { setExpiring } from "../requests/expiring-record.ts";
import type { Turn } from "../turn.ts";

/** The fields that differ; undefined: none does. A number that was for a while only counts as what it reverts to. */
export function updatedFieldsOf(
  turn: Turn,
  now: Request,
  after: Request,
): UpdatedFields | undefined {
  const scale = turn.get("expiring", now.id)?.scale;
  const before = { ...now, ...(scale && { instances: scale.revertToInstances }) };
  const fields = { before: fieldsOf(before), after: fieldsOf(after) };
  const changed = namesIn(fields).filter(
    (name) => !isSame(fields.before[name], fields.after[name]),
  );
  if (changed.length === 0) return undefined;
  return { before: picked(fields.before, changed), after: picked(fields.after, changed) };
}

/** The request as it is to be; undefined: nothing is left to take back. */
export function requestTakenBack(
  turn: Turn,
  now: Request,
  updated: UpdatedFields,
): Request | undefined {
  const fields = { before: fieldsOf(updated.before), after: fieldsOf(updated.after) };
  const current = fieldsOf(now);
  const untouched = namesIn(fields).filter((name) => isSame(current[name], fields.after[name]));
  // A number that is for a while only stays for that while.
  const isScaled = turn.get("expiring", now.id)?.scale !== undefined;
  const back = untouched.filter((name) => !(isScaled && name === "instances"));
  if (back.length === 0) return undefined;
  const kept = Object.entries(current).filter(([name]) => !back.includes(name));
  const request: unknown = { ...Object.fromEntries(kept), ...picked(fields.before, back) };
  return request as Request;
}

/** A scale that is to revert reverts to what there was before the deploy. */
export function scaleTakenBack(turn: Turn, requestId: string, fields: UpdatedFields): void {
  const scale = turn.get("expiring", requestId)?.scale;
  if (scale === undefined || !("instances" in fields.after || "instances" in fields.before)) return;
  if (scale.revertToInstances !== fields.after.instances) return;
  const { revertToInstances: _after, ...rest } = scale;
  const { instances } = fields.before;
  const before = instances === undefined ? {} : { revertToInstances: instances };
  setExpiring(turn, requestId, "scale", { ...rest, ...before });
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(request: object): Fields {
  return { ...request } as Fields;
}

function namesIn({ before, after }: { readonly before: Fields; readonly after: Fields }): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

function picked(fields: Fields, names: readonly string[]): Partial<Request> {
  return Object.fromEntries(
    names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  );
}

/** Requests are read by one table, so that the same is written the same. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
