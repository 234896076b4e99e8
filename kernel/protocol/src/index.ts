/**
 * The door of `@tavola/protocol`: messages, and how they travel.
 *
 * The messages of `mesos.v1` are exported flat (`Offer`, `TaskInfo`), those of an API or of the
 * internal protocol under its name (`scheduler.Call`, `internal.RunTaskMessage`).
 */

export * as agent from "./generated/agent.ts";
export * as allocator from "./generated/allocator.ts";
export * as checkpoint from "./generated/checkpoint.ts";
export * as duration from "./generated/duration.ts";
export * as executor from "./generated/executor.ts";
export * as internal from "./generated/internal.ts";
export * as maintenance from "./generated/maintenance.ts";
export * as master from "./generated/master.ts";
export * as quota from "./generated/quota.ts";
export * as registry from "./generated/registry.ts";
export * as scheduler from "./generated/scheduler.ts";
export * from "./generated/v1.ts";
export {
  internalMessageNames,
  internalMessageType,
  V0Call,
  type V0Subscribe,
} from "./internal-messages.ts";
export { formatDouble, parseJson } from "./json-text.ts";
export type { LibprocessMessage } from "./libprocess.ts";
export { encodeLibprocessMessage } from "./libprocess.ts";
export { LibprocessDecoder } from "./libprocess-decoder.ts";
export type { MessageFormat } from "./media-types.ts";
export {
  formatOfMediaType,
  jsonType,
  mediaTypes,
  protobufType,
  recordIoType,
} from "./media-types.ts";
export { decodeBody, encodeBody } from "./message-body.ts";
export { decodeMessage, encodeMessage } from "./message-codec.ts";
export {
  formatMessageJson,
  formatV0MessageJson,
  messageFromJson,
  parseMessageJson,
} from "./message-json.ts";
export type { EnumType, Field, MessageOf, MessageType } from "./message-type.ts";
export { encodeRecord, RecordDecoder } from "./record-io.ts";
export { isTerminal } from "./task-states.ts";
export type { Upid } from "./upid.ts";
export { formatUpid, parseUpid } from "./upid.ts";
export { v0EnumValue, v0FieldName, v0TypeName } from "./v0-names.ts";
export { mesosVersion, tavolaVersion, versionInfo } from "./version.ts";
