/**
 * Rules from a plain file, looked at again and again: for who edits on the machine itself, and for tests.
 *
 * Whoever copies a file to its place writes it bit by bit, and half a rule file, or an empty one, may
 * parse. So what has changed counts once it has stayed the same for a moment.
 */

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { CodedError, describeError } from "@tavola/base";
import type { Clock } from "@tavola/host";
import { Looking } from "./looking.ts";
import type { RulesSink, RulesSource } from "./rule-candidate.ts";

export interface FileSourceOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly sink: RulesSink;
}

const limits = { fileBytesMax: 16 * 1024 * 1024, settleMs: 100 } as const;

export function openFileSource(options: FileSourceOptions): RulesSource {
  const { clock, intervalMs } = options;
  const file = new WatchedFile(options);
  return new Looking({ clock, intervalMs, look: (signal) => file.look(signal) });
}

class WatchedFile {
  readonly #options: FileSourceOptions;
  #judged: string | undefined;
  #trouble: string | undefined;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /** Whether it could be read. Rejects only when the signal was aborted. */
  async look(signal: AbortSignal): Promise<boolean> {
    const { path, sink } = this.#options;
    try {
      let found = await readRules(path);
      while (this.#judged !== undefined && found.id !== this.#judged) {
        const { id } = found;
        await this.#pause(signal);
        found = await readRules(path);
        if (found.id === id) break;
      }
      await this.#judge(found);
    } catch (error) {
      if (signal.aborted) throw error;
      return this.#isAway(`cannot take the rules of ${path}: ${describeError(error)}`);
    }
    if (this.#trouble !== undefined) sink.back();
    this.#trouble = undefined;
    return true;
  }

  async #judge({ text, id, at }: FoundFile): Promise<void> {
    const { path, sink } = this.#options;
    if (id === this.#judged) return;
    const name = `${path} (${id.slice(0, 7)})`;
    await sink.found({ text, file: basename(path), version: { id, name, at } });
    this.#judged = id;
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(limits.settleMs, () => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      const abort = (): void => {
        timer.cancel();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  #isAway(reason: string): boolean {
    if (reason !== this.#trouble) this.#options.sink.away(reason);
    this.#trouble = reason;
    return false;
  }
}

interface FoundFile {
  readonly text: string;
  readonly id: string;
  /** Milliseconds since the epoch: when it was written. */
  readonly at: number;
}

async function readRules(path: string): Promise<FoundFile> {
  const { size, mtimeMs } = await stat(path);
  const { fileBytesMax } = limits;
  if (size > fileBytesMax) {
    throw new CodedError("RULES_UNREADABLE", `it has more than ${fileBytesMax} bytes`);
  }
  const text = await readFile(path, "utf8");
  const id = createHash("sha256").update(text).digest("hex");
  return { text, id, at: Math.floor(mtimeMs) };
}
