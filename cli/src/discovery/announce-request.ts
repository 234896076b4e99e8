/**
 * The command line of `tavola announce`.
 */

import type { NewAnnouncement } from "@tavola/sdk";
import { usageError } from "../command.ts";
import { type OptionTable, parseOptions } from "../options.ts";

const options = {
  feature: { type: "string" },
  metadata: { type: "string", multiple: true },
  id: { type: "string" },
  drain: { type: "string" },
  json: { type: "boolean" },
  discovery: { type: "string" },
} as const satisfies OptionTable;

export interface AnnounceRequest {
  readonly announcement: NewAnnouncement;
  readonly uri: URL;
  /** What is to run meanwhile; empty: nothing. */
  readonly command: readonly string[];
  /** Between the withdrawal and the command's end. */
  readonly drainMs: number;
  readonly asJson: boolean;
  readonly discovery: string | undefined;
}

/** Throws a usage error. */
export function parseAnnounceRequest(args: readonly string[]): AnnounceRequest {
  const split = args.indexOf("--");
  const own = split < 0 ? args : args.slice(0, split);
  const command = split < 0 ? [] : args.slice(split + 1);
  if (split >= 0 && command.length === 0) throw usageError("there is no command behind --");
  const { values, positionals } = parseOptions(options, own);
  const [serviceType, serviceUri, ...rest] = positionals;
  if (serviceType === undefined || serviceUri === undefined || rest.length > 0) {
    throw usageError("name a service type and a URI, such as: web http://10.0.0.7:8080");
  }
  const uri = URL.parse(serviceUri);
  if (uri === null || uri.hostname === "") {
    throw usageError(`"${serviceUri}" is no URI; wanted such as http://10.0.0.7:8080`);
  }
  const metadata = parseMetadata(values.metadata ?? []);
  return {
    announcement: {
      ...(values.id === undefined ? {} : { announcementId: values.id }),
      serviceType,
      serviceUri,
      ...(values.feature === undefined ? {} : { feature: values.feature }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    },
    uri,
    command,
    drainMs: parseSeconds(values.drain) * 1000,
    asJson: values.json === true,
    discovery: values.discovery,
  };
}

function parseMetadata(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 1) throw usageError(`--metadata is "${pair}"; wanted NAME=VALUE`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function parseSeconds(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= 3600) return seconds;
  throw usageError(`--drain is "${text}"; wanted seconds, at most 3600`);
}
