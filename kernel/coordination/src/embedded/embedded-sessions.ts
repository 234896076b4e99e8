/**
 * The sessions of all processes that share a file: who they are, and which are over.
 *
 * A session is over when it was not renewed for its timeout, by the clock that all processes of the
 * machine share and nobody sets; when its process is gone, which is seen at once where /proc tells;
 * or when the machine was started anew since. Whoever notices ends it, in the transaction that also
 * removes its members; its owner, should it still run, finds no session and has lost.
 */

import { readFileSync, readlinkSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Instant } from "@tavola/base";
import { identityOf, isRunning } from "@tavola/host";
import { prepareRenewal, type SessionRenewal } from "./session-renewal.ts";

/** What tells this process and this start of the machine from any other. */
export interface Whereabouts {
  /** Of the machine's latest start. */
  readonly boot: string;
  /** `<pid namespace>/<pid>/<start ticks>`; undefined where /proc does not tell. */
  readonly process: string | undefined;
}

export function whereabouts(): Whereabouts {
  const identity = identityOf(process.pid);
  const namespace = ofProc(() => readlinkSync("/proc/self/ns/pid"));
  const isKnown = identity !== undefined && namespace !== undefined;
  return {
    boot: ofProc(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? "unknown",
    process: isKnown ? `${namespace}/${identity.pid}/${identity.startTicks}` : undefined,
  };
}

function ofProc(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    // Not Linux, or no /proc: sessions then end by their timeout alone.
    return undefined;
  }
}

interface SessionRow {
  readonly id: number;
  readonly boot: string;
  readonly process: string | null;
  readonly renewed_at: number;
  readonly timeout_ms: number;
}

export class EmbeddedSessions {
  readonly #here: Whereabouts;
  readonly renew: SessionRenewal;
  readonly #all: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync, here: Whereabouts) {
    this.#here = here;
    this.#all = database.prepare("SELECT * FROM sessions");
    this.#add = database.prepare(
      "INSERT INTO sessions (boot, process, renewed_at, timeout_ms) VALUES (?, ?, ?, ?)",
    );
    this.renew = prepareRenewal(database);
    this.#remove = database.prepare("DELETE FROM sessions WHERE id = ?");
  }

  add(now: Instant, timeoutMs: number): number {
    const { boot, process } = this.#here;
    return Number(this.#add.run(boot, process ?? null, now, timeoutMs).lastInsertRowid);
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** Those that are over and not yet removed. PERF: O(sessions), of which a machine has a dozen. */
  over(now: Instant): readonly number[] {
    const rows = this.#all.all() as unknown as readonly SessionRow[];
    return rows.filter((row) => this.#isOver(row, now)).map(({ id }) => id);
  }

  #isOver(row: SessionRow, now: Instant): boolean {
    if (row.boot !== this.#here.boot || now - row.renewed_at >= row.timeout_ms) return true;
    return row.process !== null && row.process !== this.#here.process && this.#isGone(row.process);
  }

  #isGone(process: string): boolean {
    const [namespace, pid, startTicks] = process.split("/");
    if (namespace !== this.#here.process?.split("/")[0]) return false;
    return !isRunning({ pid: Number(pid), startTicks: Number(startTicks) });
  }
}
