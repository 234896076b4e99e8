/**
 * Resources and attributes as the text that the JSON endpoints show.
 *
 * What a bag of resources looks like there (`{"cpus":4.0,"ports":"[31000-32000]"}`, and the endpoint
 * form of whole resources) is @tavola/resources' business; here it becomes text.
 */

import { type Attribute, formatMessageJson, Resource } from "@tavola/protocol";
import { formatRanges, type Resources, resourcesToModel } from "@tavola/resources";
import { type JsonText, jsonArray, jsonDouble, jsonObject, jsonString } from "./json-text.ts";

/** Sums per name. PERF: O(resources), a handful. */
export function resourceSummaryJson(resources: Resources): JsonText {
  const fields = noFields();
  const model = resourcesToModel(resources);
  for (const [name, amount] of Object.entries(model)) {
    fields[name] = typeof amount === "number" ? jsonDouble(amount) : jsonString(amount);
  }
  return jsonObject(fields);
}

/** Amounts by name, in units, nothing added: what `/roles` and `limits` show. */
export function quantitiesJson(
  amounts: Iterable<readonly [name: string, units: number]>,
): JsonText {
  const fields = noFields();
  for (const [name, units] of amounts) fields[name] = jsonDouble(units);
  return jsonObject(fields);
}

export function attributesJson(attributes: readonly Attribute[] | undefined): JsonText {
  const fields = noFields();
  for (const { name, scalar, ranges, set, text } of attributes ?? []) {
    if (scalar !== undefined) fields[name] = jsonDouble(scalar.value);
    else if (ranges !== undefined) fields[name] = jsonString(formatRanges(ranges.range ?? []));
    else if (set !== undefined) fields[name] = jsonString(`{${(set.item ?? []).join(", ")}}`);
    else if (text !== undefined) fields[name] = jsonString(text.value);
  }
  return jsonObject(fields);
}

/** Whole resources, each in the endpoint form. */
export function resourceListJson(resources: Resources): JsonText {
  return jsonArray(resources.toEndpointForm().map((r) => formatMessageJson(Resource, r)));
}

/** Without a prototype, so that people may name an attribute `__proto__`. */
function noFields(): Record<string, JsonText> {
  return Object.create(null) as Record<string, JsonText>;
}
