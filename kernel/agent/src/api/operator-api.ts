/**
 * `POST /api/v1`: the agent's operator API. Reading is answered from memory; what belongs to later
 * features (nested containers, resource providers, images) is refused with a reason.
 */

import {
  type FileListing,
  type FilesRefusal,
  type HttpRequest,
  type HttpResponse,
  textResponse,
} from "@tavola/host";
import {
  agent,
  encodeBody,
  type FileInfo,
  jsonType,
  type MessageFormat,
  protobufType,
  versionInfo,
} from "@tavola/protocol";
import type { AgentContext } from "./agent-context.ts";
import { getContainers } from "./container-answers.ts";
import type { ContainerReadings } from "./container-readings.ts";
import type { LoggingLevel } from "./logging-level.ts";
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
    return await listFiles(context, list_files, accept);
  }
  if (call.type === "READ_FILE" && read_file !== undefined) {
    return await readFile(context, read_file, accept);
  }
  if (call.type === "GET_CONTAINERS") {
    return respond(accept, call.type, { get_containers: await getContainers(readings) });
  }
  return call.type === "UNKNOWN"
    ? textResponse(501, "501 Not Implemented.")
    : textResponse(501, `${call.type} is not supported by this agent yet`);
}

async function listFiles(
  { files }: AgentContext,
  { path }: agent.Call_ListFiles,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const listed = await files.browse(path);
  if (listed.error !== undefined) return refusal(listed.error);
  const file_infos = listed.value.map(fileInfo);
  const list_files = file_infos.length === 0 ? {} : { file_infos };
  return respond(accept, "LIST_FILES", { list_files });
}

async function readFile(
  { files }: AgentContext,
  { path, offset, length }: agent.Call_ReadFile,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const content = await files.read(path, offset, length);
  if (content.error !== undefined) return refusal(content.error);
  const { sizeBytes, data } = content.value;
  return respond(accept, "READ_FILE", { read_file: { size: sizeBytes, data } });
}

function fileInfo(file: FileListing): FileInfo {
  return {
    path: file.path,
    nlink: file.nlink,
    size: file.size,
    mtime: { nanoseconds: BigInt(file.mtimeSeconds) * 1_000_000_000n },
    mode: file.modeBits,
    uid: file.uid,
    gid: file.gid,
  };
}

const statusByKind = { invalid: 400, notFound: 404, failed: 500 } as const;

function refusal({ kind, message }: FilesRefusal): HttpResponse {
  return textResponse(statusByKind[kind], message);
}

/** The types of answers are named as those of the calls are. */
function respond(
  accept: MessageFormat,
  type: agent.Call_Type,
  response: Omit<agent.Response, "type">,
): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": accept === "json" ? jsonType : protobufType },
    body: encodeBody(agent.Response, accept, { type: type as agent.Response_Type, ...response }),
  };
}
