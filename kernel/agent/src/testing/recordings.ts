/**
 * What was recorded from a Mesos (testdata/README.md), for tests to compare with.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../testdata");

/** The body of a recorded answer, such as "agent-state". */
export function recordedBody(name: string): string {
  const text = readFileSync(join(folder, "http", `${name}.txt`), "utf8");
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

export interface RecordedExchange {
  readonly dir: "request" | "response";
  readonly body: Uint8Array | undefined;
  /** One record of a stream, without its length. */
  readonly record: Uint8Array | undefined;
  readonly status: number | undefined;
}

/** One of `v1-executor/*.jsonl`. */
export function recordedExchanges(name: string): RecordedExchange[] {
  const text = readFileSync(join(folder, "v1-executor", `${name}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const { dir, body, chunk, status } = JSON.parse(line) as {
        readonly dir: "request" | "response";
        readonly body?: string;
        readonly chunk?: string;
        readonly status?: number;
      };
      const bytes = chunk === undefined ? undefined : Buffer.from(chunk, "base64");
      return {
        dir,
        status,
        body: body === undefined ? undefined : Buffer.from(body, "base64"),
        record: bytes?.subarray(bytes.indexOf(0x0a) + 1),
      };
    });
}

export interface RecordedMessage {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly body: Uint8Array;
}

/** `libprocess.jsonl`, in the order sent. */
export function recordedMessages(): RecordedMessage[] {
  return readFileSync(join(folder, "libprocess.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { from, to, name, body } = JSON.parse(line) as Record<string, string>;
      return { from, to, name, body: Buffer.from(body ?? "", "base64") } as RecordedMessage;
    });
}

/** Unpacks recorded checkpoints so that `workDir` is that agent's work directory. */
export function unpackMeta(name: "meta" | "meta-pods", workDir: string): void {
  const metaDir = join(workDir, "meta");
  mkdirSync(metaDir);
  execFileSync("tar", ["-xf", join(folder, `${name}.tar`), "-C", metaDir, "--no-same-owner"]);
}
