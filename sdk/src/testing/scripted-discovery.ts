/**
 * Discovery servers without a network: what several of them share, their long polls, and their ends.
 */

import type { HttpClientRequest } from "@tavola/host";
import type { Announcement } from "../discovery/announcement.ts";
import { connectionRefused, type ScriptedAnswer, ScriptedHttp } from "./scripted-http.ts";
import { type SteppedClock, steppedClock } from "./settle.ts";

const waitMs = 20_000;

export class ScriptedDiscovery {
  readonly clock: SteppedClock = steppedClock();
  readonly http = new ScriptedHttp((request) => this.#answer(request));
  readonly announced = new Map<string, Announcement>();
  /** Origins that do not answer. */
  readonly away = new Set<string>();
  /** Answers in place of the servers' own; undefined leaves it to them. */
  override: (request: HttpClientRequest) => ScriptedAnswer | Promise<ScriptedAnswer> | undefined =
    () => undefined;
  index = 0;
  #changes: { readonly index: number; readonly id: string }[] = [];
  #wake: (() => void)[] = [];

  put(announcement: Announcement): void {
    this.announced.set(announcement.announcementId, announcement);
    this.#changed(announcement.announcementId);
  }

  remove(id: string): void {
    if (this.announced.delete(id)) this.#changed(id);
  }

  /** Forgets what has changed; an index from before is answered in full. */
  rebuild(announced: readonly Announcement[], index: number): void {
    this.announced.clear();
    for (const each of announced) this.announced.set(each.announcementId, each);
    this.#changes = [];
    this.index = index;
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** `METHOD path?query` of all calls so far, with the server's origin before them where asked. */
  calls(method: string): readonly string[] {
    return this.http.requests
      .filter((request) => request.method === method)
      .map(({ url }) => url.replace(/^http:\/\//, ""));
  }

  #changed(id: string): void {
    this.index += 1;
    this.#changes.push({ index: this.index, id });
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #answer(request: HttpClientRequest): Promise<ScriptedAnswer> {
    const url = new URL(request.url);
    if (this.away.has(url.origin)) throw connectionRefused(request.url);
    const instead = this.override(request);
    if (instead !== undefined) return instead;
    if (request.method === "POST") {
      const announcement = JSON.parse(String(request.body)) as Announcement;
      const before = this.announced.get(announcement.announcementId);
      if (JSON.stringify(before) !== JSON.stringify(announcement)) this.put(announcement);
      return { status: 201, body: JSON.stringify(announcement) };
    }
    if (request.method === "DELETE") {
      const id = decodeURIComponent(url.pathname.replace("/announcement/", ""));
      const status = this.announced.has(id) ? 204 : 404;
      this.remove(id);
      return { status };
    }
    return await this.#watch(url.searchParams);
  }

  async #watch(query: URLSearchParams): Promise<ScriptedAnswer> {
    const since = query.get("since") === null ? undefined : Number(query.get("since"));
    if (since === undefined || since > this.index + 1) return this.#full(query);
    const givesUpAt = this.clock.now() + waitMs;
    while (this.index < since) {
      if (this.clock.now() >= givesUpAt) return { status: 204 };
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        this.clock.after(givesUpAt - this.clock.now(), resolve);
      });
      if (this.#changes.length === 0) return this.#full(query);
    }
    const ids = new Set(this.#changes.filter(({ index }) => index >= since).map(({ id }) => id));
    const updates = [...ids].flatMap((id) => this.announced.get(id) ?? []);
    return answered({
      fullUpdate: false,
      index: this.index,
      deletes: [...ids].filter((id) => !this.announced.has(id)),
      updates,
    });
  }

  #full(query: URLSearchParams): ScriptedAnswer {
    const types = query.getAll("serviceType");
    const updates = [...this.announced.values()].filter(
      ({ serviceType }) => types.length === 0 || types.includes(serviceType),
    );
    return answered({ fullUpdate: true, index: this.index, deletes: [], updates });
  }
}

function answered(json: unknown): ScriptedAnswer {
  return { status: 200, body: JSON.stringify(json) };
}

/** An announcement whose id is its host. */
export function announcementOf(
  serviceType: string,
  host: string,
  more: Partial<Announcement> = {},
): Announcement {
  return { announcementId: host, serviceType, serviceUri: `http://${host}`, ...more };
}
