/**
 * The value of `--resources`: `cpus:4;mem(role):10;ports:[1-2,5-6];x:{a,b}`, or a JSON array.
 *
 * Error sentences are Mesos's (src/common/resources.cpp).
 */
import type { Result } from "@tavola/base";
import { messageFromJson, Resource } from "@tavola/protocol";
import { parseValue, tokenize } from "./parse-value.ts";
import { toPostRefinement } from "./reservation-format.ts";
import { defaultRole as anyRole } from "./roles.ts";
import { validateResource } from "./validate-resources.ts";

/**
 * The resources in the post-refinement form, each valid and fit for a command line; empty amounts
 * (`cpus:0`) are kept, because they say "none" where absence says "detect". `defaultRole` is who
 * those without a role are reserved for (`*`: nobody).
 */
export function parseResources(
  text: string,
  defaultRole: string = anyRole,
): Result<readonly Resource[]> {
  const json = parseJsonArray(text);
  const parsed = json === undefined ? parseSimple(text, defaultRole) : fromJson(json, defaultRole);
  if (parsed.error !== undefined) return parsed;
  for (const resource of parsed.value) {
    const error = validateResource(resource);
    if (error !== undefined) return { error };
  }
  const list = parsed.value.map(toPostRefinement);
  const error = validateForCommandLine(list);
  return error === undefined ? { value: list } : { error };
}

function parseJsonArray(text: string): readonly unknown[] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fromJson(json: readonly unknown[], defaultRole: string): Result<readonly Resource[]> {
  const list: Resource[] = [];
  for (const item of json) {
    const { value, error } = messageFromJson(Resource, item);
    if (value === undefined) {
      return { error: `Some JSON resources were not formatted properly: ${error}` };
    }
    const bare = value.role === undefined && (value.reservations ?? []).length === 0;
    list.push(bare ? { ...value, role: defaultRole } : value);
  }
  return { value: list };
}

function parseSimple(text: string, defaultRole: string): Result<readonly Resource[]> {
  const list: Resource[] = [];
  for (const token of tokenize(text, ";")) {
    const { value, error } = parseOne(token, defaultRole);
    if (value === undefined) return { error };
    list.push(value);
  }
  return { value: list };
}

function parseOne(token: string, defaultRole: string): Result<Resource> {
  const [label, text, ...more] = tokenize(token, ":");
  if (label === undefined || text === undefined || more.length > 0) {
    return { error: `Bad value for resources, missing or extra ':' in ${token}` };
  }
  const open = label.indexOf("(");
  const close = label.indexOf(")");
  if (open >= 0 && close < open) {
    return { error: `Bad value for resources, mismatched parentheses in ${token}` };
  }
  const name = (open < 0 ? label : label.slice(0, open)).trim();
  const role = open < 0 ? defaultRole : label.slice(open + 1, close).trim();
  const { value, error } = parseValue(text);
  if (value === undefined) {
    return { error: `Failed to parse resource ${name} value ${text} error ${error}` };
  }
  if (value.type === "TEXT") {
    return { error: `Bad type for resource ${name} value ${text} type TEXT` };
  }
  const resource: Resource = { name, ...value };
  return {
    value: role === anyRole ? resource : { ...resource, reservations: [{ type: "STATIC", role }] },
  };
}

/** What is said at run time has no place on a command line. */
function validateForCommandLine(list: readonly Resource[]): string | undefined {
  const typeOfName = new Map<string, Resource["type"]>();
  for (const resource of list) {
    if (resource.disk?.persistence !== undefined) {
      return "Persistent volumes cannot be specified at the command line";
    }
    if (resource.revocable !== undefined) {
      return "Revocable resources cannot be specified at the command line; do not include a 'revocable' key in the resources JSON";
    }
    if (resource.reservations?.at(-1)?.type === "DYNAMIC") {
      return "Dynamic reservations cannot be specified at the command line; do not include a reservation with DYNAMIC type in the resources JSON";
    }
    const type = typeOfName.get(resource.name) ?? resource.type;
    if (type !== resource.type) {
      return `Resources with the same name ('${resource.name}') but different types are not allowed`;
    }
    typeOfName.set(resource.name, type);
  }
  return undefined;
}
