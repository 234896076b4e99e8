/**
 * `POST /api/v1`: the agent's operator API. Reading is answered from memory; what belongs to later
 * features (nested containers, resource providers, images) is refused with a reason.
 */

import {
  filesRefusal,
  type HttpRequest,
  type HttpResponse,
  type LoggingLevel,
  listFiles,
  messageResponse,
  readFile,
  textResponse,
} from "@tavola/host";
import { agent, type MessageFormat, versionInfo } from "@tavola/protocol";
import type { AgentContext } from "./agent-context.ts";
import { getContainers } from "./container-answers.ts";
import type { ContainerReadings } from "./container-readings.ts";
import { readOperatorCall } from "./operator-call.ts";
import { getAgent, getExecutors, getFrameworks, getState, getTasks } from "./state-messages.ts";

/** Answers without waiting. */
type Reader = (context: AgentContext, logging: LoggingLevel) => Omit<agent.Response, "type">;

const readers: Partial<Record<agent.Call_Type, Reader>> = {
  GET_HEALTH: () => ({ get_health: { healthy: true } }),
  GET_VERSION: () => ({ get_version: { version_info: versionInfo } }),
  GET_FLAGS: ({ flagsShown }) => ({
    get_flags: { flags: Object.entries(flagsShown).map(([name, value]) => ({ name, value })) },
  }),
  GET_METRICS: ({ metrics }) => ({
    get_metrics: {
      metrics: Object.entries(metrics.snapshot()).map(([name, value]) => ({ name, value })),
    },
  }),
  GET_LOGGING_LEVEL: (_, { level }) => ({ get_logging_level: { level } }),
  GET_STATE: ({ state }) => ({ get_state: getState(state) }),
  GET_TASKS: ({ state }) => ({ get_tasks: getTasks(state) }),
  GET_EXECUTORS: ({ state }) => ({ get_executors: getExecutors(state) }),
  GET_FRAMEWORKS: ({ state }) => ({ get_frameworks: getFrameworks(state) }),
  GET_AGENT: ({ state }) => ({ get_agent: getAgent(state) }),
  // There are no operations and no resource providers yet, so there are none to show.
  GET_OPERATIONS: () => ({ get_operations: {} }),
  GET_RESOURCE_PROVIDERS: () => ({ get_resource_providers: {} }),
};

export async function handleOperatorCall(
  context: AgentContext,
  logging: LoggingLevel,
  readings: ContainerReadings,
  request: HttpRequest,
): Promise<HttpResponse> {
  if (context.state.phase === "recovering") {
    return textResponse(503, "Agent has not finished recovery");
  }
  const read = await readOperatorCall(request);
  if ("refusal" in read) return read.refusal;
  const { call, accept } = read;
  const reader = readers[call.type];
  if (reader !== undefined) return respond(accept, call.type, reader(context, logging));
  const { set_logging_level, list_files, read_file } = call;
  if (call.type === "SET_LOGGING_LEVEL" && set_logging_level !== undefined) {
    logging.set(set_logging_level.level, set_logging_level.duration.nanoseconds / 1e6);
    return { status: 200 };
  }
  if (call.type === "LIST_FILES" && list_files !== undefined) {
    const listed = await listFiles(context.files, list_files);
    if (listed.error !== undefined) return filesRefusal(listed.error);
    return respond(accept, call.type, { list_files: listed.value });
  }
  if (call.type === "READ_FILE" && read_file !== undefined) {
    const content = await readFile(context.files, read_file);
    if (content.error !== undefined) return filesRefusal(content.error);
    return respond(accept, call.type, { read_file: content.value });
  }
  if (call.type === "GET_CONTAINERS") {
    return respond(accept, call.type, { get_containers: await getContainers(readings) });
  }
  return call.type === "UNKNOWN"
    ? textResponse(501, "501 Not Implemented.")
    : textResponse(501, `${call.type} is not supported by this agent yet`);
}

/** The types of answers are named as those of the calls are. */
function respond(
  accept: MessageFormat,
  type: agent.Call_Type,
  response: Omit<agent.Response, "type">,
): HttpResponse {
  return messageResponse(agent.Response, accept, {
    type: type as agent.Response_Type,
    ...response,
  });
}
