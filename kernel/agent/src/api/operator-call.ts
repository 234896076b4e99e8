/**
 * Reads a call of the agent's operator API. Refusals are Mesos's, in its order and words (Http::api in
 * slave/http.cpp); streams in either direction belong to calls that are not there yet.
 */

import {
  acceptedFormat,
  acceptsMediaType,
  type HttpRequest,
  type HttpResponse,
  methodNotAllowed,
  textResponse,
} from "@tavola/host";
import {
  agent,
  decodeBody,
  formatOfMediaType,
  jsonType,
  type MessageFormat,
  protobufType,
  recordIoType,
} from "@tavola/protocol";

interface OperatorCall {
  readonly call: agent.Call & { type: agent.Call_Type };
  readonly accept: MessageFormat;
}

type Read = OperatorCall | { readonly refusal: HttpResponse };

export async function readOperatorCall(request: HttpRequest): Promise<Read> {
  if (request.method !== "POST") return { refusal: methodNotAllowed(["POST"], request.method) };
  const { headers } = request;
  const contentType = headers["content-type"];
  if (contentType === undefined) return refuse(400, "Expecting 'Content-Type' to be present");
  if (contentType === recordIoType) return refuseStream(headers["message-content-type"]);
  const format = formatOfMediaType(contentType);
  if (format === undefined) {
    const expected = `${jsonType} or ${protobufType} or ${recordIoType}`;
    return refuse(415, `Expecting 'Content-Type' of ${expected}`);
  }
  if (headers["message-content-type"] !== undefined) {
    return refuse(415, "Expecting 'Message-Content-Type' to be not set for non-streaming requests");
  }
  const accept = readAccept(request);
  if (typeof accept !== "string") return accept;
  const decoded = decodeBody(agent.Call, format, await request.body());
  if (decoded.error !== undefined) return refuse(400, decoded.error);
  const call = decoded.value;
  const problem = validateOperatorCall(call);
  if (problem !== undefined || call.type === undefined) {
    return refuse(400, `Failed to validate agent::Call: ${problem}`);
  }
  return { call: { ...call, type: call.type }, accept };
}

/** The only streaming request, ATTACH_CONTAINER_INPUT, is not there yet. */
function refuseStream(messageContentType: string | undefined): Read {
  if (messageContentType === undefined) {
    return refuse(400, "Expecting 'Message-Content-Type' to be set for streaming requests");
  }
  if (formatOfMediaType(messageContentType) === undefined) {
    return refuse(415, `Expecting 'Message-Content-Type' of ${jsonType} or ${protobufType}`);
  }
  return refuse(501, "ATTACH_CONTAINER_INPUT is not supported by this agent yet");
}

function readAccept(request: HttpRequest): MessageFormat | { readonly refusal: HttpResponse } {
  const { headers } = request;
  const format = acceptedFormat(request);
  if (format === undefined) {
    if (acceptsMediaType(headers.accept, recordIoType)) {
      return refuse(406, "Streaming response is not supported by this agent yet");
    }
    return refuse(
      406,
      `Expecting 'Accept' to allow ${jsonType} or ${protobufType} or ${recordIoType}`,
    );
  }
  if (headers["message-accept"] === undefined) return format;
  return refuse(406, "Expecting 'Message-Accept' to be not set for non-streaming responses");
}

function refuse(status: number, text: string): { readonly refusal: HttpResponse } {
  return { refusal: textResponse(status, text) };
}

/** The part that a call of this type must have. */
const neededParts = {
  GET_METRICS: "get_metrics",
  SET_LOGGING_LEVEL: "set_logging_level",
  LIST_FILES: "list_files",
  READ_FILE: "read_file",
  LAUNCH_NESTED_CONTAINER: "launch_nested_container",
  WAIT_NESTED_CONTAINER: "wait_nested_container",
  KILL_NESTED_CONTAINER: "kill_nested_container",
  REMOVE_NESTED_CONTAINER: "remove_nested_container",
  LAUNCH_NESTED_CONTAINER_SESSION: "launch_nested_container_session",
  ATTACH_CONTAINER_INPUT: "attach_container_input",
  ATTACH_CONTAINER_OUTPUT: "attach_container_output",
  LAUNCH_CONTAINER: "launch_container",
  WAIT_CONTAINER: "wait_container",
  KILL_CONTAINER: "kill_container",
  REMOVE_CONTAINER: "remove_container",
  ADD_RESOURCE_PROVIDER_CONFIG: "add_resource_provider_config",
  UPDATE_RESOURCE_PROVIDER_CONFIG: "update_resource_provider_config",
  REMOVE_RESOURCE_PROVIDER_CONFIG: "remove_resource_provider_config",
  MARK_RESOURCE_PROVIDER_GONE: "mark_resource_provider_gone",
} as const satisfies Partial<Record<agent.Call_Type, keyof agent.Call>>;

/** A sentence that says what is missing, or undefined. */
function validateOperatorCall(call: agent.Call): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  const part = (neededParts as Partial<Record<agent.Call_Type, keyof agent.Call>>)[call.type];
  if (part === undefined || call[part] !== undefined) return undefined;
  return `Expecting '${part}' to be present`;
}
