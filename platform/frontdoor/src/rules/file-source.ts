/**
 * Rules from a plain file, looked at again and again: for who edits on the machine itself, and for tests.
 */

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { describeError } from "@tavola/base";
import type { Clock } from "@tavola/host";
import { Looking } from "./looking.ts";
import type { RulesSink, RulesSource } from "./rule-candidate.ts";

export interface FileSourceOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly sink: RulesSink;
}

const fileBytesMax = 16 * 1024 * 1024;

export function openFileSource(options: FileSourceOptions): RulesSource {
  const { clock, intervalMs } = options;
  const file = new WatchedFile(options);
  return new Looking({ clock, intervalMs, look: () => file.look() });
}

class WatchedFile {
  readonly #options: FileSourceOptions;
  #judged: string | undefined;
  #trouble: string | undefined;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /** Whether it could be read. */
  async look(): Promise<boolean> {
    const { path, sink } = this.#options;
    try {
      const { size, mtimeMs } = await stat(path);
      if (size > fileBytesMax) return this.#isAway(`${path} has more than ${fileBytesMax} bytes`);
      await this.#judge(await readFile(path, "utf8"), Math.floor(mtimeMs));
    } catch (error) {
      return this.#isAway(`cannot take the rules of ${path}: ${describeError(error)}`);
    }
    if (this.#trouble !== undefined) sink.back();
    this.#trouble = undefined;
    return true;
  }

  async #judge(text: string, at: number): Promise<void> {
    const { path, sink } = this.#options;
    const id = createHash("sha256").update(text).digest("hex");
    if (id === this.#judged) return;
    const name = `${path} (${id.slice(0, 7)})`;
    await sink.found({ text, file: basename(path), version: { id, name, at } });
    this.#judged = id;
  }

  #isAway(reason: string): boolean {
    if (reason !== this.#trouble) this.#options.sink.away(reason);
    this.#trouble = reason;
    return false;
  }
}
