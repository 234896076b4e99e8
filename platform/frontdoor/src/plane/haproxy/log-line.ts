/**
 * HAProxy's log, a line a request, in a format of ours: what HAProxy says first, what a client may have
 * written last, so that no text of a client's can be taken for a field of HAProxy's.
 */

import { withoutIpv6Clothes } from "../in-process/core/headers/forwarded-fields.ts";

/** What a client says of its trace may go on with anything behind the part that all versions have. */
const traceParent = String.raw`%[var(txn.t),field(1,\t)]`;

/** In HAProxy's words; see `parseLogLine`. */
export const logFormat = [
  ...["R", "%ST", "%Ta", "%U", "%B", "%rc", "%ts", "%b", "%s", "%[var(txn.r)]", "%[src]", "%HM"],
  ...["%HV", traceParent, "%[var(txn.a)]", "%HU"],
].join(String.raw`\t`);

const fieldCount = 16;

export interface LoggedRequest {
  /** As HAProxy logs it: -1 where it answered nothing. */
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly retries: number;
  /** Two letters: who ended it, and in what state (HAProxy's configuration manual, 8.5). */
  readonly termination: string;
  readonly backend: string;
  readonly server: string;
  /** NaN: none. */
  readonly rule: number;
  readonly remoteAddress: string;
  readonly method: string;
  readonly protocol: string;
  readonly traceParent: string | undefined;
  readonly host: string;
  readonly uri: string;
}

/** Undefined: it is no request's. PERF: about a microsecond. */
export function parseLogLine(line: string): LoggedRequest | undefined {
  if (!line.startsWith("R\t")) return undefined;
  const fields = line.split("\t");
  if (fields.length < fieldCount) return undefined;
  // Only a host could have a tab in it.
  const host =
    fields.length === fieldCount ? (fields[14] as string) : fields.slice(14, -1).join("\t");
  const traceParent = fields[13] as string;
  return {
    status: Number(fields[1]),
    durationMs: Math.max(0, Number(fields[2])),
    requestBytes: Number(fields[3]),
    responseBytes: Number(fields[4]),
    retries: Math.abs(Number(fields[5])),
    termination: fields[6] as string,
    backend: fields[7] as string,
    server: fields[8] as string,
    rule: Number.parseInt(fields[9] as string, 10),
    remoteAddress: withoutIpv6Clothes(fields[10] as string),
    method: fields[11] as string,
    protocol: fields[12] as string,
    traceParent: traceParent === "-" || traceParent === "" ? undefined : traceParent,
    host: host === "-" ? "" : host,
    uri: withoutAuthority(fields.at(-1) as string),
  };
}

/** Of a request by HTTP/2 HAProxy makes an absolute target. */
function withoutAuthority(target: string): string {
  return target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "");
}

/** Cuts what comes into lines; a line that is too long for anybody is dropped. */
export class LineCutter {
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(piece: Buffer): void {
    const text = this.#rest + piece.toString("latin1");
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      this.#onLine(text.slice(from, to));
      from = to + 1;
    }
    const rest = text.slice(from);
    this.#rest = rest.length > lineCharactersMax ? "" : rest;
  }
}

const lineCharactersMax = 65_536;
