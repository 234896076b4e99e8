/** Whether two lists say the same of a service: a list comes anew with each change of any service. */

import type { Instance } from "../../core/routing-table.ts";

type Instances = readonly Instance[] | undefined;

export function areSameInstances(before: Instances, after: Instances): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  return (
    before.length === after.length &&
    after.every((instance, at) => isSameInstance(before[at] as Instance, instance))
  );
}

function isSameInstance(one: Instance, other: Instance): boolean {
  if (one === other) return true;
  const isSamePlace = one.id === other.id && one.uri === other.uri;
  return isSamePlace && one.weight === other.weight && one.zone === other.zone;
}
