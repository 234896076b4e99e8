/**
 * Reads a call of the operator API: which format it came in, whether it has its part, in which format
 * the answer is wanted. Refusals are Mesos's, in Mesos's order and words.
 */

import {
  acceptsMediaType,
  type HttpRequest,
  type HttpResponse,
  methodNotAllowed,
  textResponse,
} from "@tavola/host";
import { decodeBody, jsonType, type MessageFormat, master, protobufType } from "@tavola/protocol";
import { validateResources } from "@tavola/resources";

export interface OperatorCall {
  /** Has its `type`, and the part that its type needs. */
  readonly call: master.Call & { type: master.Call_Type };
  readonly accept: MessageFormat;
}

export async function readOperatorCall(
  request: HttpRequest,
): Promise<OperatorCall | { readonly refusal: HttpResponse }> {
  if (request.method !== "POST") return { refusal: methodNotAllowed(["POST"], request.method) };
  const contentType = request.headers["content-type"];
  if (contentType === undefined) return refuse(400, "Expecting 'Content-Type' to be present");
  const format = formatOf(contentType);
  if (format === undefined) {
    return refuse(415, `Expecting 'Content-Type' of ${jsonType} or ${protobufType}`);
  }
  const decoded = decodeBody(master.Call, format, await request.body());
  if (decoded.error !== undefined) return refuse(400, decoded.error);
  const call = decoded.value;
  const problem = validateOperatorCall(call);
  if (problem !== undefined || call.type === undefined) {
    return refuse(400, `Failed to validate master::Call: ${problem}`);
  }
  const accept = acceptedFormat(request.headers["accept"]);
  if (accept === undefined) {
    return refuse(406, `Expecting 'Accept' to allow '${protobufType}' or '${jsonType}'`);
  }
  return { call: { ...call, type: call.type }, accept };
}

/** Exactly one of two, as in Mesos: `application/json; charset=utf-8` is none. */
function formatOf(contentType: string): MessageFormat | undefined {
  if (contentType === jsonType) return "json";
  return contentType === protobufType ? "protobuf" : undefined;
}

function acceptedFormat(accept: string | undefined): MessageFormat | undefined {
  if (acceptsMediaType(accept, jsonType)) return "json";
  return acceptsMediaType(accept, protobufType) ? "protobuf" : undefined;
}

function refuse(status: number, text: string): { readonly refusal: HttpResponse } {
  return { refusal: textResponse(status, text) };
}

/** The part that a call of this type must have; types that are not here need none. */
const neededParts = {
  GET_METRICS: "get_metrics",
  SET_LOGGING_LEVEL: "set_logging_level",
  LIST_FILES: "list_files",
  READ_FILE: "read_file",
  UPDATE_WEIGHTS: "update_weights",
  RESERVE_RESOURCES: "reserve_resources",
  UNRESERVE_RESOURCES: "unreserve_resources",
  CREATE_VOLUMES: "create_volumes",
  DESTROY_VOLUMES: "destroy_volumes",
  GROW_VOLUME: "grow_volume",
  SHRINK_VOLUME: "shrink_volume",
  UPDATE_MAINTENANCE_SCHEDULE: "update_maintenance_schedule",
  START_MAINTENANCE: "start_maintenance",
  STOP_MAINTENANCE: "stop_maintenance",
  DRAIN_AGENT: "drain_agent",
  DEACTIVATE_AGENT: "deactivate_agent",
  REACTIVATE_AGENT: "reactivate_agent",
  UPDATE_QUOTA: "update_quota",
  SET_QUOTA: "set_quota",
  REMOVE_QUOTA: "remove_quota",
  TEARDOWN: "teardown",
  MARK_AGENT_GONE: "mark_agent_gone",
} as const satisfies Partial<Record<master.Call_Type, keyof master.Call>>;

/** A sentence that says what is missing or wrong, or undefined. */
function validateOperatorCall(call: master.Call): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  const part = partOf(call.type);
  if (part !== undefined && call[part] === undefined) return `Expecting '${part}' to be present`;
  switch (call.type) {
    case "RESERVE_RESOURCES":
      return validateResources(call.reserve_resources?.resources ?? []);
    case "UNRESERVE_RESOURCES":
      return validateResources(call.unreserve_resources?.resources ?? []);
    case "GROW_VOLUME":
      return call.grow_volume?.agent_id === undefined ? agentIdNeeded : undefined;
    case "SHRINK_VOLUME":
      return call.shrink_volume?.agent_id === undefined ? agentIdNeeded : undefined;
    default:
      return undefined;
  }
}

const agentIdNeeded =
  "Expecting 'agent_id' to be present; only agent default resources are supported right now";

function partOf(type: master.Call_Type): keyof master.Call | undefined {
  return (neededParts as Partial<Record<master.Call_Type, keyof master.Call>>)[type];
}
