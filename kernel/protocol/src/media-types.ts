/** The content types of Mesos's APIs. */

export const jsonType = "application/json";
export const protobufType = "application/x-protobuf";
export const recordIoType = "application/recordio";

/** How one peer wants its messages. */
export type MessageFormat = "json" | "protobuf";

export const mediaTypes: Readonly<Record<MessageFormat, string>> = {
  json: jsonType,
  protobuf: protobufType,
};

/** undefined for all but exactly the two: a parameter makes it another type, as in Mesos. */
export function formatOfMediaType(mediaType: string): MessageFormat | undefined {
  if (mediaType === protobufType) return "protobuf";
  return mediaType === jsonType ? "json" : undefined;
}
