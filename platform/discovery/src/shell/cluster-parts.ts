/**
 * What masters say of their cluster, for DNS: asked when somebody asks for such a name, over their
 * operator API; who is a master of the store in which they meet.
 *
 * Opens nothing before the first question, and never asks for what a big cluster has most of, its tasks.
 */

import { CodedError } from "@tavola/base";
import { formatStoreUrl, isStoreUrl, parseStoreUrl } from "@tavola/coordination";
import type { Clock, Logger } from "@tavola/host";
import { type FrameworkInfo, parseUpid } from "@tavola/protocol";
import { createOperatorClient, type OperatorClient } from "@tavola/sdk";
import type { ClusterParts, FrameworkPlace, Place } from "../dns/cluster-names.ts";
import { KeptAnswer } from "./kept-answer.ts";
import { placeOfMaster, StoredMasters } from "./stored-masters.ts";

const limits = {
  leaderFreshMs: 2_000,
  mastersFreshMs: 10_000,
  /** mesos-dns reads the state of a master once a minute. */
  stateFreshMs: 30_000,
  /** While nobody leads the old answers count. */
  patienceMs: 1_000,
} as const;

export interface ClusterPartsOptions {
  /** `HOST:PORT`, several with commas, or the store in which masters meet. */
  readonly masters: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class MastersCluster implements ClusterParts {
  /** As it was named, without passwords. */
  readonly description: string;
  readonly #operator: OperatorClient;
  readonly #stored: StoredMasters | undefined;
  readonly #listed: readonly Place[];
  readonly #leader: KeptAnswer<Place>;
  readonly #masters: KeptAnswer<readonly Place[]>;
  readonly #agents: KeptAnswer<readonly Place[]>;
  readonly #frameworks: KeptAnswer<readonly FrameworkPlace[]>;

  /** Throws CodedError MASTER_ADDRESS_INVALID. */
  constructor({ masters, clock, logger }: ClusterPartsOptions) {
    const { patienceMs, leaderFreshMs, mastersFreshMs, stateFreshMs } = limits;
    this.#operator = createOperatorClient({ masters, patienceMs, world: { clock, logger } });
    const store = isStoreUrl(masters) ? parseStoreUrl(masters).value : undefined;
    this.description = store === undefined ? masters : formatStoreUrl(store);
    this.#stored = store === undefined ? undefined : new StoredMasters(store, logger);
    this.#listed = store === undefined ? masters.split(",").map(listedPlace) : [];
    const kept = <T>(what: string, ask: () => Promise<T>, freshMs: number): KeptAnswer<T> =>
      new KeptAnswer({ what, ask, freshMs, clock, logger });
    this.#leader = kept("leading master", () => this.#askLeader(), leaderFreshMs);
    this.#masters = kept("masters", () => this.#askMasters(), mastersFreshMs);
    this.#agents = kept("agents", () => this.#askAgents(), stateFreshMs);
    this.#frameworks = kept("frameworks", () => this.#askFrameworks(), stateFreshMs);
  }

  leader(): Promise<Place> {
    return this.#leader.get();
  }

  masters(): Promise<readonly Place[]> {
    return this.#masters.get();
  }

  agents(): Promise<readonly Place[]> {
    return this.#agents.get();
  }

  async frameworks(): Promise<readonly FrameworkPlace[]> {
    try {
      return await this.#frameworks.get();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return [];
    }
  }

  async close(): Promise<void> {
    await this.#stored?.close();
    await this.#operator.close();
  }

  async #askLeader(): Promise<Place> {
    const { master_info: info } = await this.#operator.call("GET_MASTER");
    const place = info === undefined ? undefined : placeOfMaster(info);
    if (place !== undefined) return place;
    throw new CodedError("ANSWER_MALFORMED", "the leading master does not say where it is");
  }

  async #askMasters(): Promise<readonly Place[]> {
    if (this.#stored !== undefined) return await this.#stored.read();
    const leader = await this.leader();
    const isListed = this.#listed.some(
      ({ host, port }) => host === leader.host && port === leader.port,
    );
    return isListed ? this.#listed : [...this.#listed, leader];
  }

  async #askAgents(): Promise<readonly Place[]> {
    const { agents = [] } = await this.#operator.call("GET_AGENTS");
    return agents.map(({ pid, agent_info: { hostname, port } }) => {
      return parseUpid(pid ?? "") ?? { host: hostname, port };
    });
  }

  async #askFrameworks(): Promise<readonly FrameworkPlace[]> {
    const { frameworks = [] } = await this.#operator.call("GET_FRAMEWORKS");
    return frameworks.flatMap(({ framework_info: info }) => placeOfFramework(info) ?? []);
  }
}

function placeOfFramework(info: FrameworkInfo): FrameworkPlace | undefined {
  const { name, hostname, webui_url: webUi } = info;
  const url = URL.parse(webUi ?? "");
  const host = hostname ?? url?.hostname ?? "";
  if (host === "") return undefined;
  const port = url === null || url.port === "" ? undefined : Number(url.port);
  return { name, host, port };
}

/** `HOST:PORT`, which `createOperatorClient` has looked at. */
function listedPlace(text: string): Place {
  const url = new URL(text.trim().startsWith("http://") ? text.trim() : `http://${text.trim()}`);
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || 80) };
}
