/**
 * The recorded answers of a Mesos master, for tests: see testdata/mesos-1.12/README.md.
 */

import { readFileSync } from "node:fs";

const folder = new URL("../../testdata/mesos-1.12/", import.meta.url);

/** The body of `http/<name>.txt`, without status line and headers. */
export function recordedBody(name: string): string {
  const text = readFileSync(new URL(`http/${name}.txt`, folder), "utf8");
  return text.slice(text.search(/\r?\n\r?\n/)).replace(/^\r?\n\r?\n/, "");
}

/** One line of a `.jsonl` recording. */
export interface RecordedExchange {
  readonly conn: number;
  readonly dir: "request" | "response";
  readonly note?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly text?: string;
  readonly chunk_text?: string;
}

export function recordedExchanges(name: string): RecordedExchange[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as RecordedExchange);
}
