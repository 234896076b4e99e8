/** The test's side of `framework-process.ts`: its settings, its life, and what it was told. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskState } from "@tavola/protocol";
import { Daemon } from "./daemon.ts";
import type { NetworkHost } from "./network.ts";

export interface WantedTask {
  readonly id: string;
  /** The task's; of a custom executor: the executor's. */
  readonly command: string;
  /** Only on the agent of this hostname. */
  readonly agent?: string;
  /** Id of a custom executor, which several tasks may share. */
  readonly executor?: string;
}

export interface FrameworkSettings {
  readonly name: string;
  /** As `connectScheduler` takes them. */
  readonly masters: string;
  readonly failoverTimeoutSeconds: number;
  readonly isPartitionAware: boolean;
  /** At most so many tasks at a time. */
  readonly launchesPerOffer: number;
  readonly tasks: readonly WantedTask[];
  readonly journal: string;
}

export type JournalEntry =
  | { readonly kind: "subscribed"; readonly frameworkId: string }
  | { readonly kind: "launched"; readonly task: string }
  | {
      readonly kind: "update";
      readonly task: string;
      readonly state: TaskState;
      readonly reason?: string;
      readonly source?: string;
      readonly message?: string;
      /** Absent from an answer to a reconciliation. */
      readonly uuid?: string;
    }
  | { readonly kind: "disconnected"; readonly error: string }
  | { readonly kind: "failed"; readonly event: string; readonly error: string }
  | { readonly kind: "other"; readonly type: string };

export type JournalUpdate = JournalEntry & { readonly kind: "update" };

export class Framework {
  readonly name: string;
  readonly daemon: Daemon;
  readonly #journal: string;

  constructor(host: NetworkHost, folder: string, settings: Omit<FrameworkSettings, "journal">) {
    this.name = settings.name;
    this.#journal = join(folder, `${settings.name}.journal`);
    const settingsFile = join(folder, `${settings.name}.settings.json`);
    writeFileSync(settingsFile, JSON.stringify({ ...settings, journal: this.#journal }));
    this.daemon = new Daemon({
      host,
      argv: [process.execPath, join(import.meta.dirname, "framework-process.ts"), settingsFile],
      logFile: join(folder, `${settings.name}.log`),
    });
  }

  journal(): readonly JournalEntry[] {
    if (!existsSync(this.#journal)) return [];
    const lines = readFileSync(this.#journal, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  updates(task: string): readonly JournalUpdate[] {
    return this.journal().filter(
      (entry): entry is JournalUpdate => entry.kind === "update" && entry.task === task,
    );
  }

  /** The last that it was told of the task. */
  state(task: string): TaskState | undefined {
    return this.updates(task).at(-1)?.state;
  }

  subscriptions(): number {
    return this.journal().filter(({ kind }) => kind === "subscribed").length;
  }
}
