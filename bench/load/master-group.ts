/**
 * Several `tavola master` processes that elect a leader through a store, and who leads them now.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import {
  followLeader,
  masterLabel,
  openCoordination,
  parseStoreUrl,
  type StoreUrl,
} from "@tavola/coordination";
import { eventually, repositoryRoot } from "@tavola/harness";
import { silentLogger } from "@tavola/host";
import { MasterInfo, parseMessageJson } from "@tavola/protocol";
import { askInside, type InsideReading } from "../measure/inside-probe.ts";
import { cpuSecondsOf } from "../measure/processes.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

const sessionTimeoutMs = 4000;

export interface MasterGroupOptions {
  readonly count: number;
  /** As `--zk` takes it. */
  readonly store: string;
  readonly folder: string;
}

/** The part of MasterInfo by which it is reached. */
export interface Leader {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

export class MasterGroup {
  /** Rejects when a master ends that was to go on, with its log. */
  readonly failed: Promise<never>;
  readonly #masters: readonly Daemon[];
  readonly #following: { close(): Promise<void> };
  #waiting: { readonly not: Leader | undefined; resolve(leader: Leader): void }[] = [];
  #leader: Leader | undefined;
  readonly #toEnd = new Set<Daemon>();

  private constructor(masters: readonly Daemon[], store: StoreUrl) {
    this.#masters = masters;
    this.failed = Promise.race(masters.map((master) => this.#unlessToEnd(master)));
    this.failed.catch(() => {});
    this.#following = followLeader({
      open: () => openCoordination(store, { sessionTimeoutMs, logger: silentLogger }),
      group: store.path,
      label: masterLabel,
      onChange: (value) => this.#detected(value),
    });
  }

  static async start({ count, store, folder }: MasterGroupOptions): Promise<MasterGroup> {
    const url = parseStoreUrl(store);
    if (url.error !== undefined) throw new Error(url.error);
    const masters: Daemon[] = [];
    try {
      for (let n = 0; n < count; n += 1) masters.push(await startMaster(store, folder));
      return new MasterGroup(masters, url.value);
    } catch (error) {
      for (const master of masters) await master.stop();
      throw error;
    }
  }

  /** Who leads, as soon as the store says so. With `not`: somebody else than that one. */
  leader(not?: Leader): Promise<Leader> {
    const now = this.#leader;
    if (now !== undefined && now.url !== not?.url) return Promise.resolve(now);
    return new Promise((resolve) => this.#waiting.push({ not, resolve }));
  }

  /** SIGKILL; resolves at once. */
  kill(leader: Leader): void {
    const master = this.#processOf(leader);
    this.#toEnd.add(master);
    master.child.kill("SIGKILL");
  }

  /** Processor time that it has used, in seconds. */
  cpuSeconds(leader: Leader): number {
    return cpuSecondsOf([this.#processOf(leader).pid]);
  }

  read(leader: Leader): Promise<InsideReading> {
    const { child } = this.#processOf(leader);
    return new Promise((resolve, reject) => {
      child.once("message", (reading: InsideReading) => resolve(reading));
      child.once("exit", () => reject(new Error("the master has ended")));
      child.send(askInside);
    });
  }

  async close(): Promise<void> {
    for (const master of this.#masters) this.#toEnd.add(master);
    await this.#following.close();
    await Promise.all(this.#masters.map((master) => master.stop()));
  }

  async #unlessToEnd(master: Daemon): Promise<never> {
    const log = await master.ended;
    if (this.#toEnd.has(master)) return await new Promise<never>(() => {});
    throw new Error(`the master at ${master.url} has ended:\n${log}`);
  }

  #processOf(leader: Leader): Daemon {
    const found = this.#masters.find(({ url }) => new URL(url).port === String(leader.port));
    if (found === undefined) throw new Error(`no master of ours is at ${leader.url}`);
    return found;
  }

  #detected(value: Uint8Array | undefined): void {
    this.#leader = value === undefined ? undefined : leaderIn(value);
    const now = this.#leader;
    if (now === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      if (each.not?.url === now.url) this.#waiting.push(each);
      else each.resolve(now);
    }
  }
}

/** Resolves when the leader has read its registry and answers. */
export async function untilAnswering({ url }: Leader): Promise<void> {
  await eventually("the leader to answer", () => answers(url), { boundMs: 60_000, intervalMs: 10 });
}

async function answers(url: string): Promise<true | undefined> {
  try {
    const response = await fetch(`${url}/api/v1`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ type: "GET_MASTER" }),
      redirect: "manual",
    });
    await response.arrayBuffer();
    return response.status === 200 ? true : undefined;
  } catch {
    return undefined;
  }
}

function startMaster(store: string, folder: string): Promise<Daemon> {
  return startDaemon(
    join(repositoryRoot, "cli/src/main.ts"),
    [
      "master",
      `--zk=${store}`,
      `--zk_session_timeout=${sessionTimeoutMs}ms`,
      "--quorum=1",
      "--registry=replicated_log",
      `--work_dir=${join(folder, randomUUID())}`,
      "--ip=127.0.0.1",
      "--hostname=127.0.0.1",
      "--port=0",
      "--logging_level=WARNING",
    ],
    ["--expose-gc", `--import=${join(repositoryRoot, "bench/measure/inside-probe.ts")}`],
  );
}

function leaderIn(value: Uint8Array): Leader {
  const { value: info, error } = parseMessageJson(MasterInfo, Buffer.from(value).toString());
  const { ip, port } = info?.address ?? {};
  if (ip === undefined || port === undefined) throw new Error(`a leader without address: ${error}`);
  return { host: ip, port, url: `http://${ip}:${port}` };
}
