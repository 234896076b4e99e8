/**
 * A master and an agent on loopback that answer as recorded ones did, for the commands' output.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type HttpRequest, type HttpResponse, openEndpoint, silentLogger } from "@tavola/host";
import {
  agent,
  decodeMessage,
  encodeMessage,
  master,
  parseMessageJson,
  protobufType,
} from "@tavola/protocol";

export interface ScriptedCluster {
  /** `HOST:PORT`. */
  readonly master: string;
  readonly agent: string;
  /** Calls that change something, in order. */
  readonly changes: master.Call[];
  close(): Promise<void>;
}

/** Where the recorded agent was. */
export const recordedAgent = "127.0.0.1:15051";

const testdata = join(import.meta.dirname, "../../testdata");

function recorded(type: string, agentAddress: string): master.Response {
  const text = readFileSync(join(testdata, `${type}.json`), "utf8");
  const parsed = parseMessageJson(master.Response, text.replaceAll(recordedAgent, agentAddress));
  if (parsed.error !== undefined) throw new Error(parsed.error);
  return parsed.value;
}

/** `files` are those of the agent: path to content. */
export async function openScriptedCluster(
  files: Readonly<Record<string, string>> = {},
): Promise<ScriptedCluster> {
  const changes: master.Call[] = [];
  const agentEndpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    onRequest: (request) => answerAsAgent(request, files),
    logger: silentLogger,
  });
  const agentAddress = `127.0.0.1:${agentEndpoint.port}`;
  const masterEndpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    async onRequest(request) {
      const call = decodeMessage(master.Call, await request.body()).value;
      const type = call?.type ?? "UNKNOWN";
      if (type.startsWith("GET_")) {
        return protobuf(encodeMessage(master.Response, recorded(type, agentAddress)));
      }
      if (call !== undefined) changes.push(call);
      return { status: 200 };
    },
    logger: silentLogger,
  });
  return {
    master: `127.0.0.1:${masterEndpoint.port}`,
    agent: agentAddress,
    changes,
    async close() {
      await masterEndpoint.close();
      await agentEndpoint.close();
    },
  };
}

function protobuf(body: Uint8Array): HttpResponse {
  return { status: 200, headers: { "Content-Type": protobufType }, body };
}

async function answerAsAgent(
  request: HttpRequest,
  files: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const call = decodeMessage(agent.Call, await request.body()).value;
  if (call?.type === "LIST_FILES") {
    const folder = `${call.list_files?.path}/`;
    const isThere = Object.keys(files).some((path) => path.startsWith(folder));
    if (!isThere) return { status: 404 };
    return protobuf(encodeMessage(agent.Response, { type: "LIST_FILES", list_files: {} }));
  }
  const content = Buffer.from(files[call?.read_file?.path ?? ""] ?? "");
  const data = content.subarray(call?.read_file?.offset ?? 0);
  const read_file = { size: content.length, data };
  return protobuf(encodeMessage(agent.Response, { type: "READ_FILE", read_file }));
}
