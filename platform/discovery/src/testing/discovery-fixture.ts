/** Discovery servers for tests: on loopback, in this process, over one store; and what is asked of them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@tavola/base";
import {
  type Coordination,
  createMemoryCoordination,
  type MemoryCoordination,
  steadyClock,
} from "@tavola/coordination";
import { parseFlags, silentLogger } from "@tavola/host";
import { discoveryFlags } from "../shell/discovery-flags.ts";
import { type RunningDiscovery, startDiscovery } from "../shell/start-discovery.ts";

/** How long a test waits for what must come, on a machine that does much else. */
export const patienceMs = 60_000;

export interface UpdateJson {
  readonly fullUpdate: boolean;
  readonly index: number;
  readonly deletes: readonly string[];
  readonly updates: readonly AnnouncementJson[];
}

export type AnnouncementJson = Readonly<Record<string, unknown>> & {
  readonly announcementId: string;
  readonly serviceType: string;
  readonly serviceUri: string;
};

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Starts servers and ends all of it. */
export class DiscoveryFixture {
  readonly #folder = mkdtempSync(join(tmpdir(), "tavola-discovery-"));
  readonly #servers: RunningDiscovery[] = [];

  /** `store`: as `--store` names it; absent: a file of this fixture's that all of its servers share. */
  async start(
    options: {
      readonly store?: string;
      readonly flags?: readonly string[];
      readonly openStore?: () => Coordination;
    } = {},
  ): Promise<RunningDiscovery> {
    const store = options.store ?? `sqlite://${this.#folder}/store.db`;
    const given = ["--ip=127.0.0.1", "--port=0", `--work_dir=${this.#folder}`, `--store=${store}`];
    const { value, error } = parseFlags(discoveryFlags, {
      arguments: [...given, ...(options.flags ?? [])],
      environment: {},
    });
    if (error !== undefined) throw new Error(error);
    const { openStore } = options;
    const server = await startDiscovery({
      flags: value.values,
      logger: silentLogger,
      ...(openStore === undefined ? {} : { openStore }),
    });
    this.#servers.push(server);
    return server;
  }

  /** The file that its servers share, as somebody does who wants to free a disk. */
  removeStore(): void {
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(this.#folder, `store.db${suffix}`), { force: true });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** An ensemble in memory, with faults, and clients of it that are kept by name. */
export class MemoryStore {
  readonly ensemble: MemoryCoordination = createMemoryCoordination({
    clock: steadyClock(),
    random: seededRandom(7),
    delayMs: { min: 0, max: 1 },
  });
  readonly #clients = new Map<string, Coordination>();

  /** Opens one each time it is called, as a server does after its session is over. */
  opener(name: string, sessionTimeoutMs = 2_000): () => Coordination {
    return () => {
      const client = this.ensemble.connect({ sessionTimeoutMs, name });
      this.#clients.set(name, client);
      return client;
    };
  }

  /** The one that was opened last under that name. */
  client(name: string): Coordination {
    const client = this.#clients.get(name);
    if (client === undefined) throw new Error(`${name} has opened none`);
    return client;
  }
}

export async function ask(
  server: { readonly url: string },
  path: string,
  options: { readonly method?: string; readonly body?: unknown; readonly key?: string } = {},
): Promise<Asked> {
  const { method = "GET", body, key } = options;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export async function announce(
  server: { readonly url: string },
  announcement: object,
): Promise<AnnouncementJson> {
  const { status, text } = await ask(server, "/announcement", {
    method: "POST",
    body: announcement,
  });
  if (status !== 201) throw new Error(`announced, and was answered ${status}: ${text}`);
  return JSON.parse(text) as AnnouncementJson;
}

export async function fullUpdateOf(
  server: { readonly url: string },
  query = "",
): Promise<UpdateJson> {
  const { text } = await ask(server, `/watch${query}`);
  return JSON.parse(text) as UpdateJson;
}

/** Does what OpenTable's client does with what it is told, at one server after the other. */
export class Watcher {
  readonly known = new Map<string, AnnouncementJson>();
  /** Every one that it was told is gone, in that order. */
  readonly gone: string[] = [];
  index: number | undefined;
  fullUpdates = 0;
  readonly #query: string;

  constructor(query = "") {
    this.#query = query;
  }

  /** One call; whether there was an update. */
  async poll(server: { readonly url: string }): Promise<boolean> {
    const since = this.index === undefined ? "" : `since=${this.index + 1}`;
    const query = [since, this.#query].filter((each) => each !== "").join("&");
    const { status, text } = await ask(server, `/watch${query === "" ? "" : `?${query}`}`);
    if (status === 204) return false;
    if (status !== 200) throw new Error(`watched, and was answered ${status}: ${text}`);
    this.told(JSON.parse(text) as UpdateJson);
    return true;
  }

  told(update: UpdateJson): void {
    if (update.fullUpdate) {
      this.known.clear();
      this.fullUpdates += 1;
    }
    this.index = update.index;
    this.gone.push(...update.deletes);
    for (const id of update.deletes) this.known.delete(id);
    for (const each of update.updates) this.known.set(each.announcementId, each);
  }

  /** Ids, sorted. */
  get ids(): readonly string[] {
    return [...this.known.keys()].sort();
  }
}

/** Polls until `isSo`, for as long as patience lasts. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const from = performance.now();
  while (!(await isSo())) {
    if (performance.now() - from > patienceMs) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
