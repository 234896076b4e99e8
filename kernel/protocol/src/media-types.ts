/** The content types of Mesos's APIs. */

export const jsonType = "application/json";
export const protobufType = "application/x-protobuf";
export const recordIoType = "application/recordio";

/** How one peer wants its messages. */
export type MessageFormat = "json" | "protobuf";
