/**
 * Which process serves now, and which finish what they have.
 *
 *     started ──► now ──(another takes its place)──► finishing ──► ended
 *                  └──(killed)──► ended: `died` is told
 */

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timer } from "@tavola/host";
import type { RuleSet } from "../../core/routing-table.ts";
import { compileRules } from "./compile-rules.ts";
import type { ConfigOptions } from "./format-config.ts";
import { type Generation, startGeneration } from "./generation.ts";
import type { HaproxyProcess } from "./haproxy-process.ts";

/** Processes that finish what they have; the eldest is ended when there are more. */
const finishingMax = 8;

export interface GenerationsOptions {
  /** Ours; each generation has one of its own in it. */
  readonly folder: string;
  readonly binary: string;
  readonly clock: Clock;
  /** As things are when a generation starts in this folder. */
  configOf(folder: string): ConfigOptions;
  /** It is `now`, and knows what `configOf` said. */
  began(generation: Generation): void;
  /** `now` has ended, and nobody wanted it to. */
  died(generation: Generation, how: string): void;
  onLine(from: Generation, line: string): void;
}

export class Generations {
  readonly #options: GenerationsOptions;
  #started = 0;
  #now: Generation | undefined;
  /** It ends because another takes its place. */
  #replaced: Generation | undefined;
  readonly #finishing: HaproxyProcess[] = [];
  #isClosing = false;

  constructor(options: GenerationsOptions) {
    this.#options = options;
  }

  /** Undefined before the first has begun. It may have ended. */
  get now(): Generation | undefined {
    return this.#now;
  }

  /** What was there before is removed: it is a former process's of ours. */
  async createFolder(): Promise<void> {
    const { folder } = this.#options;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }

  /** Another process with these rules; the former finishes. Rejects, and the former stays, when it cannot. */
  async replace(rules: RuleSet): Promise<void> {
    this.#started += 1;
    const before = this.#now;
    this.#replaced = before;
    let generation: Generation;
    try {
      generation = await startGeneration({
        rules,
        compiled: compileRules(rules.rules),
        config: this.#options.configOf(join(this.#options.folder, String(this.#started))),
        binary: this.#options.binary,
        before: before?.process,
        onLine: this.#options.onLine,
      });
    } catch (error) {
      this.#replaced = undefined;
      if (before?.process.isRunning === false)
        this.#ended(before, "it gave way to one that failed");
      throw error;
    }
    this.#now = generation;
    void generation.process.ended.then((how) => this.#ended(generation, how));
    this.#options.began(generation);
    if (before !== undefined) await this.#finish(before);
  }

  async #finish({ process, folder }: Generation): Promise<void> {
    this.#finishing.push(process);
    process.finish();
    if (this.#finishing.length > finishingMax) await this.#finishing[0]?.kill();
    await rm(folder, { recursive: true, force: true });
  }

  #ended(generation: Generation, how: string): void {
    const at = this.#finishing.indexOf(generation.process);
    if (at >= 0) this.#finishing.splice(at, 1);
    generation.log.finish();
    if (this.#isClosing || generation !== this.#now || generation === this.#replaced) return;
    this.#options.died(generation, how);
  }

  /** Nothing starts any more. */
  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.#isClosing = true;
    const all = [...this.#finishing, ...(this.#now === undefined ? [] : [this.#now.process])];
    for (const each of all) each.finish();
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#options.clock.after(drainMs, resolve);
    });
    await Promise.race([Promise.all(all.map(({ ended }) => ended)), late]);
    timer?.cancel();
    await Promise.all(all.map((each) => each.kill()));
    await rm(this.#options.folder, { recursive: true, force: true });
  }
}
