/**
 * Recorded scheduler conversations, to be held again with another master: its ids take the place of
 * the recorded ones on the way in, and the other way round on the way out.
 */

import { readFileSync } from "node:fs";

const folder = new URL("../../testdata/mesos-1.12/v1-scheduler/", import.meta.url);

/** One line of a recording; `body` and `chunk` are bytes here. */
export interface RecordedLine {
  readonly t: number;
  readonly conn: number;
  readonly dir: "request" | "response";
  readonly note?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly chunk?: Buffer;
  readonly stream?: boolean;
  readonly end?: string;
}

export function recordedLines(name: string): RecordedLine[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const { body, chunk, ...rest } = JSON.parse(line);
    return {
      ...rest,
      ...(body !== undefined && { body: Buffer.from(body, "base64") }),
      ...(chunk !== undefined && { chunk: Buffer.from(chunk, "base64") }),
    };
  });
}

/** Recorded names and ours, both ways. */
export class Names {
  readonly #pairs: (readonly [recorded: string, ours: string])[] = [];

  /** Longer names go before names that are part of them. */
  add(recorded: string, ours: string): void {
    if (this.#pairs.some(([known]) => known === recorded)) return;
    this.#pairs.push([recorded, ours]);
    this.#pairs.sort(([a], [b]) => b.length - a.length);
  }

  toOurs(text: string): string {
    return this.#pairs.reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }

  toRecorded(text: string): string {
    return this.#pairs.reduce((result, [to, from]) => result.replaceAll(from, to), text);
  }

  /** In a protobuf body a name may only be replaced by one of the same length. */
  bytesToOurs(bytes: Buffer): Buffer {
    for (const [recorded, ours] of this.#pairs) {
      if (recorded.length !== ours.length && bytes.includes(recorded)) {
        throw new Error(`cannot put ${ours} in the place of ${recorded}`);
      }
    }
    return Buffer.from(this.toOurs(bytes.toString("latin1")), "latin1");
  }
}
