/**
 * Reads a call of the operator API: which format it came in, whether it has its part, in which format
 * the answer is wanted. Refusals are Mesos's, in Mesos's order and words.
 */

import {
  acceptedFormat,
  type HttpRequest,
  type HttpResponse,
  notAcceptable,
  readCall,
  textResponse,
} from "@tavola/host";
import { type MessageFormat, master } from "@tavola/protocol";
import { validateResources } from "@tavola/resources";

export interface OperatorCall {
  /** Has its `type`, and the part that its type needs. */
  readonly call: master.Call & { type: master.Call_Type };
  readonly accept: MessageFormat;
}

export async function readOperatorCall(
  request: HttpRequest,
): Promise<OperatorCall | { readonly refusal: HttpResponse }> {
  const read = await readCall(request, master.Call);
  if ("refusal" in read) return read;
  const { call } = read;
  const problem = validateOperatorCall(call);
  if (problem !== undefined || call.type === undefined) {
    return { refusal: textResponse(400, `Failed to validate master::Call: ${problem}`) };
  }
  const accept = acceptedFormat(request);
  if (accept === undefined) return { refusal: notAcceptable() };
  return { call: { ...call, type: call.type }, accept };
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
