/** What Mesos's own command executor said to its agent: `testdata/command.jsonl`, in order. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeMessage, executor, type TaskState } from "@tavola/protocol";

/** Of both executors on the recording, `short` and `long`. */
export function recordedCalls(executorId: string): executor.Call[] {
  const path = join(import.meta.dirname, "../../testdata/command.jsonl");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines
    .map((line) => JSON.parse(line) as { readonly dir: string; readonly body?: string })
    .filter(({ dir }) => dir === "request")
    .map(({ body = "" }) => {
      const { value, error } = decodeMessage(executor.Call, Buffer.from(body, "base64"));
      if (value === undefined) throw new Error(`the recording cannot be read: ${error}`);
      return value;
    })
    .filter(({ executor_id }) => executor_id?.value === executorId);
}

/** SUBSCRIBE, or the state of an UPDATE, and every field that is set, by its path. */
export function shapeOf(call: executor.Call): { what: string | undefined; keys: string[] } {
  const state: TaskState | undefined = call.update?.status.state;
  return { what: state ?? call.type, keys: keysOf(call).sort() };
}

function keysOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [path];
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return [path];
  return entries.flatMap(([key, each]) => keysOf(each, `${path}.${key}`));
}
