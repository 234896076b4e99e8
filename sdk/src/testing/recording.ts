/**
 * HTTP exchanges recorded from a real Mesos, read from `testdata/`: one JSON object a line.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface RecordedRequest {
  readonly connection: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly note: string | undefined;
}

export interface Recording {
  readonly requests: readonly RecordedRequest[];
  /** The chunks of the streaming answer on each connection that has one, in order. */
  readonly streams: ReadonlyMap<number, readonly Uint8Array[]>;
}

interface Line {
  readonly conn: number;
  readonly dir: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly text?: string;
  readonly note?: string;
  readonly stream?: boolean;
  readonly chunk?: string;
  readonly chunk_text?: string;
}

export function readRecording(name: string): Recording {
  const text = readFileSync(join(import.meta.dirname, "../../testdata", name), "utf8");
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const requests: RecordedRequest[] = [];
  const streams = new Map<number, Uint8Array[]>();
  for (const line of lines) {
    if (line.dir === "request") {
      const { conn, headers = {}, note } = line;
      const body = bytesOf(line.body, line.text);
      requests.push({ connection: conn, headers, body, note });
    } else if (line.stream === true) {
      streams.set(line.conn, []);
    } else if (line.chunk !== undefined || line.chunk_text !== undefined) {
      streams.get(line.conn)?.push(bytesOf(line.chunk, line.chunk_text));
    }
  }
  return { requests, streams };
}

function bytesOf(base64: string | undefined, text: string | undefined): Uint8Array {
  return base64 === undefined ? Buffer.from(text ?? "", "utf8") : Buffer.from(base64, "base64");
}
