/**
 * The messages in `testdata/mesos-1.12`, each with its type and its bytes: what a real Mesos and its
 * clients wrote. For tests only.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  agent,
  executor,
  internalMessageType,
  type MessageFormat,
  type MessageType,
  master,
  RecordDecoder,
  scheduler,
} from "../src/index.ts";

const folder = join(import.meta.dirname, "../testdata/mesos-1.12");

export interface RecordedMessage {
  /** File and line, for the message of a failing test. */
  readonly where: string;
  readonly type: MessageType<unknown>;
  readonly format: MessageFormat;
  readonly bytes: Buffer;
  readonly direction: "request" | "response";
  /** Of a request: what it was answered, if that was said in words. */
  readonly refusal?: string;
}

interface HttpRecord {
  readonly conn: number;
  readonly dir: "request" | "response";
  readonly path?: string;
  readonly content_type?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stream?: boolean;
  readonly body?: string;
  readonly text?: string;
  readonly chunk?: string;
  readonly chunk_text?: string;
}

export interface RecordedInternalMessage {
  readonly where: string;
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly body: Buffer;
}

/** Every libprocess message, in the order sent within its file. */
export function recordedInternalMessages(): RecordedInternalMessage[] {
  return [
    "libprocess.jsonl",
    "libprocess-pods.jsonl",
    "operations/libprocess.jsonl",
    "operator/libprocess.jsonl",
    "v0-driver.jsonl",
    "v0-driver-lost.jsonl",
  ].flatMap((file) =>
    linesOf(file).map(([where, line]) => {
      const record = line as { from: string; to: string; name: string; body: string };
      return { ...record, where, body: Buffer.from(record.body, "base64") };
    }),
  );
}

/** Every message of an API's request, response or stream. */
export function recordedApiMessages(): RecordedMessage[] {
  const files = ["operations", "operator", "v1-executor", "v1-scheduler"].flatMap((subfolder) =>
    readdirSync(join(folder, subfolder)).map((file) => `${subfolder}/${file}`),
  );
  const recorded = files
    .filter((file) => !file.endsWith("libprocess.jsonl"))
    .flatMap((file) => messagesOf(file));
  return [...recorded, ...storedResponses()];
}

/** The libprocess messages as API messages, to be tested in the same way. */
export function recordedInternalAsMessages(): RecordedMessage[] {
  return recordedInternalMessages().map(({ where, name, body }) => {
    const type = internalMessageType(name);
    if (type === undefined) throw new Error(`${where}: no type for ${name}`);
    return { where, type, format: "protobuf", bytes: body, direction: "request" };
  });
}

function linesOf(file: string): (readonly [where: string, line: unknown])[] {
  return readFileSync(join(folder, file), "utf8")
    .trimEnd()
    .split("\n")
    .map((line, i) => [`${file}:${i + 1}`, JSON.parse(line)]);
}

/** What one connection is doing: requests not yet answered, and the answer that streams now. */
interface Connection {
  readonly waiting: (readonly [where: string, request: HttpRecord])[];
  answered?: HttpRecord;
  format?: MessageFormat | undefined;
}

function messagesOf(file: string): RecordedMessage[] {
  const connections = new Map<number, Connection>();
  return linesOf(file).flatMap(([where, line]) => {
    const record = line as HttpRecord;
    const connection = connections.get(record.conn) ?? { waiting: [] };
    connections.set(record.conn, connection);
    if (record.dir === "request") {
      connection.waiting.push([where, record]);
      return [];
    }
    if (record.status === undefined) return chunkOf(where, connection, record);
    const [requestedAt = "", answered] = connection.waiting.shift() ?? [];
    if (answered === undefined) throw new Error(`${where} answers nothing`);
    connection.answered = answered;
    connection.format = formatOf(messageContentType(record));
    return [...requestOf(requestedAt, answered, record), ...responseOf(where, connection, record)];
  });
}

function requestOf(where: string, record: HttpRecord, answer: HttpRecord): RecordedMessage[] {
  const format = formatOf(record.content_type);
  const call = apiOf(record)?.call;
  if (format === undefined || call === undefined) return [];
  const bytes = bytesOf(record.body, record.text) ?? empty;
  const request = { where, type: call, format, bytes, direction: "request" } as const;
  const refusal = answer.status === 400 ? bytesOf(answer.body, answer.text)?.toString() : undefined;
  return [refusal === undefined ? request : { ...request, refusal }];
}

function responseOf(
  where: string,
  { answered, format }: Connection,
  record: HttpRecord,
): RecordedMessage[] {
  const type = answered === undefined ? undefined : apiOf(answered)?.response;
  const bytes = bytesOf(record.body, record.text);
  if (record.status !== 200 || record.stream === true) return [];
  if (type === undefined || format === undefined || bytes === undefined) return [];
  return [{ where, type, format, bytes, direction: "response" }];
}

function chunkOf(where: string, connection: Connection, record: HttpRecord): RecordedMessage[] {
  const { answered, format } = connection;
  const type = answered === undefined ? undefined : apiOf(answered)?.event;
  const chunk = bytesOf(record.chunk, record.chunk_text);
  if (type === undefined || format === undefined || chunk === undefined) return [];
  return recordsIn(chunk).map((bytes) => ({ where, type, format, bytes, direction: "response" }));
}

/** The responses that lie in files of their own, as they came: head, empty line, body. */
function storedResponses(): RecordedMessage[] {
  return readdirSync(join(folder, "http")).map((file) => {
    const text = readFileSync(join(folder, "http", file), "utf8");
    const body = text.slice(text.indexOf("\r\n\r\n") + 4);
    const common = { where: `http/${file}`, format: "json", direction: "response" } as const;
    if (file === "master-v1-SUBSCRIBE.txt")
      return { ...common, type: master.Event, bytes: recordsIn(Buffer.from(body))[0] ?? empty };
    const type = file.startsWith("agent") ? agent.Response : master.Response;
    return { ...common, type, bytes: Buffer.from(body) };
  });
}

const empty = Buffer.alloc(0);

function recordsIn(bytes: Buffer): Buffer[] {
  const { value, error } = new RecordDecoder().push(bytes);
  if (error !== undefined) throw new Error(error);
  return value.map((record) => Buffer.from(record));
}

interface Api {
  readonly call: MessageType<unknown>;
  readonly response: MessageType<unknown>;
  readonly event: MessageType<unknown>;
}

function apiOf({ path = "" }: HttpRecord): Api | undefined {
  if (/\/api\/v1\/scheduler\/?$/.test(path))
    return { call: scheduler.Call, response: scheduler.Response, event: scheduler.Event };
  if (path.endsWith("/api/v1/executor"))
    return { call: executor.Call, response: executor.Event, event: executor.Event };
  if (path === "/slave(1)/api/v1")
    return { call: agent.Call, response: agent.Response, event: agent.ProcessIO };
  return path === "/api/v1"
    ? { call: master.Call, response: master.Response, event: master.Event }
    : undefined;
}

function messageContentType({ headers = {} }: HttpRecord): string | undefined {
  const named = (name: string) =>
    Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return named("message-content-type") ?? named("content-type");
}

function formatOf(contentType: string | undefined): MessageFormat | undefined {
  if (contentType === "application/json") return "json";
  return contentType === "application/x-protobuf" ? "protobuf" : undefined;
}

function bytesOf(base64: string | undefined, text: string | undefined): Buffer | undefined {
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  return text === undefined ? undefined : Buffer.from(text);
}
