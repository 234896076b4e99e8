/**
 * Which process serves now, and which finish what they have.
 *
 *     started ──► now ──(another takes its place)──► finishing ──► ended
 *                  └──(killed)──► ended: `died` is told
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@tavola/host";
import type { RuleSet } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import { compileRules } from "./compile-rules.ts";
import { FinishingProcesses } from "./finishing-processes.ts";
import type { ConfigOptions } from "./format-config.ts";
import { type Generation, startGeneration } from "./generation.ts";
import type { HaproxyProcess } from "./haproxy-process.ts";
import { RuntimeConsole } from "./runtime-console.ts";
import type { WorkFolder } from "./work-folder.ts";

export interface GenerationsOptions {
  /** Each generation has one of its own in it. */
  readonly folder: WorkFolder;
  readonly binary: string;
  /** In which HAProxy answers a command of ours; undefined: as usual. */
  readonly answerMs: number | undefined;
  readonly clock: Clock;
  /** As things are when a generation starts in this folder. */
  configOf(folder: string): ConfigOptions;
  /** Services whose rules are the in-process plane's. */
  handedOn(): ReadonlySet<ServiceName>;
  /** It is `now`, and knows what was said when it started. */
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
  readonly #finishing: FinishingProcesses;
  #isClosing = false;

  constructor(options: GenerationsOptions) {
    this.#options = options;
    this.#finishing = new FinishingProcesses(options.clock);
  }

  /** Undefined before the first has begun. It may have ended. */
  get now(): Generation | undefined {
    return this.#now;
  }

  /** Another process with these rules; the former finishes. Rejects, and the former stays, when it cannot. */
  async replace(rules: RuleSet): Promise<void> {
    this.#started += 1;
    const before = this.#now;
    const console = before && (await openConsole(before.process));
    const wasRunning = before?.process.isRunning === true;
    this.#replaced = before;
    let generation: Generation;
    try {
      generation = await startGeneration({
        rules,
        compiled: compileRules(rules.rules),
        config: this.#options.configOf(join(this.#options.folder.path, String(this.#started))),
        binary: this.#options.binary,
        answerMs: this.#options.answerMs,
        before: before?.process,
        handedOn: this.#options.handedOn(),
        onLine: this.#options.onLine,
      });
    } catch (error) {
      this.#replaced = undefined;
      console?.close();
      // Meanwhile it was expected to.
      if (wasRunning && !before.process.isRunning) {
        this.#ended(before, "it gave way to one that failed");
      }
      throw error;
    }
    this.#now = generation;
    void generation.process.ended.then((how) => this.#ended(generation, how));
    this.#options.began(generation);
    if (before === undefined) return;
    if (console !== undefined) await this.#finishing.add(before.process, console);
    await rm(before.folder, { recursive: true, force: true });
  }

  #ended(generation: Generation, how: string): void {
    generation.log.finish();
    if (this.#isClosing || generation !== this.#now || generation === this.#replaced) return;
    this.#options.died(generation, how);
  }

  /** Nothing starts any more. */
  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.#isClosing = true;
    if (this.#now !== undefined) {
      const { process } = this.#now;
      const console = await openConsole(process);
      if (console !== undefined) await this.#finishing.add(process, console);
      await this.#finishing.close({ drainMs });
    }
    await this.#options.folder.remove();
  }
}

/** Undefined: it has ended, by our hand if it did not answer. Then nobody takes over its connections. */
async function openConsole(process: HaproxyProcess): Promise<RuntimeConsole | undefined> {
  if (!process.isRunning) return undefined;
  try {
    return await RuntimeConsole.open(process.runtime);
  } catch {
    await process.kill();
    return undefined;
  }
}
