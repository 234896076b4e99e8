/**
 * Which discovery servers are there: ephemeral members of a group in the store, this one among them.
 *
 * Those that are gone are remembered for a while. The store may only have lost sight of one: clients
 * still call it, and it knows of whom it heard.
 */

import { CodedError, type Instant, later } from "@tavola/base";
import type { Coordination, Member, StorePath } from "@tavola/coordination";

/** A discovery server that is there. */
export interface Server {
  /** Unique for ever. */
  readonly name: string;
  readonly url: string;
}

const memberPrefix = "server-";
const limits = {
  /** One that has been gone for longer is not asked any more. */
  formerMs: 10 * 60_000,
  formerMax: 16,
} as const;

export class ServerGroup {
  readonly #group: StorePath;
  readonly #url: string;
  #self: Member | undefined;
  #servers: readonly Server[] = [];
  /** By URL: one that is back under another name is not gone. */
  readonly #former = new Map<string, { readonly name: string; readonly until: Instant }>();

  constructor(group: StorePath, url: string) {
    this.#group = group;
    this.#url = url;
  }

  /** This server's; undefined while it is not among them. */
  get name(): string | undefined {
    return this.#self?.name;
  }

  /** Eldest first; as last known. */
  get servers(): readonly Server[] {
    return this.#servers;
  }

  get isEldest(): boolean {
    return this.#self !== undefined && this.#servers[0]?.name === this.#self.name;
  }

  former(now: Instant): readonly Server[] {
    return [...this.#former].flatMap(([url, { name, until }]) =>
      until > now ? { name, url } : [],
    );
  }

  /** The session is over: it joins again with the next one. */
  left(): void {
    this.#self = undefined;
  }

  /** Joins where it has not, and reads who is there. Whether that changed. Rejects with what the store says. */
  async read(store: Coordination, now: Instant): Promise<boolean> {
    const value = Buffer.from(JSON.stringify({ url: this.#url }));
    this.#self ??= await store.join(this.#group, memberPrefix, value);
    const names = await store.children(this.#group);
    const values = await store.getAll(names.map((name) => `${this.#group}/${name}`));
    const servers = names.flatMap((name, at) => serverOf(name, values[at]?.value));
    if (!servers.some(({ name }) => name === this.#self?.name)) {
      throw new CodedError("SESSION_EXPIRED", "this server is not among the members any more");
    }
    if (JSON.stringify(servers) === JSON.stringify(this.#servers)) return false;
    this.#remember(servers, now);
    this.#servers = servers;
    return true;
  }

  #remember(servers: readonly Server[], now: Instant): void {
    const until = later(now, limits.formerMs);
    for (const { name, url } of this.#servers) this.#former.set(url, { name, until });
    for (const { url } of servers) this.#former.delete(url);
    while (this.#former.size > limits.formerMax) {
      this.#former.delete(this.#former.keys().next().value as string);
    }
  }
}

function serverOf(name: string, value: Uint8Array | undefined): readonly Server[] {
  if (value === undefined) return [];
  try {
    const { url } = JSON.parse(Buffer.from(value).toString("utf8")) as { url?: unknown };
    return typeof url === "string" ? [{ name, url }] : [];
  } catch {
    // Somebody else's; it is none of us.
    return [];
  }
}
