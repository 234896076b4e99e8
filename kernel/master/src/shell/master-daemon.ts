/**
 * One master's life: it stands for election, leads when it is elected, and ends when it must not go on.
 *
 *     begin -> standing (again, when a follower's session ends) -> recovering -> leading -> exited
 *        `---------------- no --zk: nobody to ask -------------------^
 *
 * While it stands it follows the registry (`registry-follower.ts`), so that it need not read all of it
 * when it is elected. A leader whose session may be over takes no further turn and answers nobody; the process has to end,
 * because what it knows is no longer what is. Whoever supervises it starts another.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Coordination } from "@tavola/coordination";
import type { Clock, Endpoint, HttpHandler, Logger, Metrics } from "@tavola/host";
import { textResponse } from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import type { MasterFlags } from "../flags.ts";
import { AgentInbox } from "./agent-inbox.ts";
import { Election } from "./election.ts";
import type { MasterShell } from "./master-shell.ts";
import { type MasterStores, waitForStore } from "./master-stores.ts";
import { StoredRegistrar } from "./registrar.ts";
import { createInMemoryRegistrar, type Registrar } from "./registry.ts";
import { RegistryFollower } from "./registry-follower.ts";
import { registryRoot } from "./registry-layout.ts";
import type { RegistryPlace } from "./registry-reader.ts";

/** Between two candidacies of a follower. */
const standAgainMs = 1000;

export interface MasterExit {
  readonly code: number;
  /** A sentence. */
  readonly reason: string;
}

export interface MasterParts {
  readonly flags: MasterFlags;
  readonly stores: MasterStores | undefined;
  readonly openStore: () => Coordination | Promise<Coordination>;
  readonly endpoint: Endpoint;
  /** Resolves when what was written to streams has gone out. */
  readonly flushed: () => Promise<void>;
  readonly shell: MasterShell;
  readonly serve: HttpHandler;
  readonly closeApis: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of a bug of ours outside of a turn; must end the process. */
  readonly crash: (error: unknown) => void;
}

export class MasterDaemon {
  readonly url: string;
  readonly exited: Promise<MasterExit>;
  readonly #parts: MasterParts;
  readonly #inbox: AgentInbox;
  readonly #exit = Promise.withResolvers<MasterExit>();
  #store: Coordination | undefined;
  #election: Election | undefined;
  #registrar: Registrar | undefined;
  /** Of one that stands for election. */
  #follower: RegistryFollower | undefined;
  #state: "alive" | "ended" | "closed" = "alive";

  constructor(parts: MasterParts) {
    this.#parts = parts;
    const { shell } = parts;
    this.#inbox = new AgentInbox({
      clock: parts.clock,
      state: shell.state,
      dispatch: (event) => shell.dispatch(event),
    });
    this.url = `http://${parts.endpoint.ip}:${parts.endpoint.port}`;
    this.exited = this.#exit.promise;
  }

  /** Resolves when it leads alone or stands for election. Rejects when it cannot; then close it. */
  async begin(): Promise<void> {
    const { stores } = this.#parts;
    if (stores !== undefined) await this.#openStore();
    if (stores?.isForElection === true) this.#inBackground(this.#stand());
    else await this.#lead();
  }

  get registrar(): Registrar | undefined {
    return this.#registrar;
  }

  readonly serve: HttpHandler = (request) =>
    this.mayAct() ? this.#parts.serve(request) : textResponse(503, "No leader elected");

  receive(message: LibprocessMessage): void {
    this.#inbox.receive(message);
  }

  /** A standby may: it only says who leads. Asked before every turn. */
  mayAct(): boolean {
    if (this.#state === "ended") return false;
    const { leadership } = this.#parts.shell.state;
    return leadership.kind === "standby" || this.#election?.mayLead() !== false;
  }

  /** It must not go on. */
  end(reason: string, code = 1): void {
    if (this.#state !== "alive") return;
    this.#state = "ended";
    const { shell } = this.#parts;
    shell.dispatch({ kind: "leadershipLost", reason });
    shell.close();
    this.#registrar?.close();
    void this.#follower?.close();
    this.#exit.resolve({ code, reason });
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const { shell, closeApis, endpoint } = this.#parts;
    shell.close();
    closeApis();
    this.#registrar?.close();
    await this.#parts.flushed();
    await this.#leaveStore();
    await endpoint.close();
  }

  async #openStore(): Promise<Coordination> {
    const { openStore, flags, clock, logger } = this.#parts;
    const store = await openStore();
    this.#store = store;
    await waitForStore(store, { timeoutMs: flags.zk_connect_timeout, clock, logger });
    return store;
  }

  async #leaveStore(): Promise<void> {
    const election = this.#election;
    this.#election = undefined;
    void this.#follower?.close();
    this.#follower = undefined;
    if (election === undefined) await this.#store?.close();
    else await election.close();
    this.#store = undefined;
  }

  async #stand(): Promise<void> {
    const { shell, stores, logger, clock } = this.#parts;
    for (;;) {
      const store = this.#store ?? (await this.#openStore());
      if (this.#state !== "alive") return;
      const election = new Election({
        store,
        group: stores?.url.path ?? "",
        info: shell.state.info,
        logger,
        onLeader: (leader) => shell.dispatch({ kind: "leaderDetected", leader }),
      });
      this.#election = election;
      this.#follower = this.#follow();
      const lost = await Promise.race([election.elected, election.lost]);
      if (this.#state !== "alive") return;
      if (lost === undefined) {
        void election.lost.then((reason) => this.end(`lost the leadership: ${reason}`));
        await this.#lead();
        return;
      }
      // What ended it while the store answers will end the next one too.
      if (store.session.state === "connected") {
        this.end(`cannot stand for election: ${lost}`);
        return;
      }
      logger.warn({ reason: lost }, "lost the candidacy as a follower; standing again");
      shell.dispatch({ kind: "leaderDetected", leader: undefined });
      await this.#leaveStore();
      await new Promise<void>((resolve) => clock.after(standAgainMs, resolve));
    }
  }

  async #lead(): Promise<void> {
    const { shell, logger } = this.#parts;
    shell.dispatch({ kind: "elected" });
    const registrar = this.#createRegistrar();
    this.#registrar = registrar;
    registrar.failed.then(
      (error) => this.end(describeError(error)),
      (bug: unknown) => this.#parts.crash(bug),
    );
    const registry = await registrar.recover(shell.state.info);
    if (this.#state !== "alive") return;
    shell.dispatch({ kind: "registryRecovered", registry });
    logger.info({ url: this.url, id: shell.state.id }, "master is leading");
  }

  /** undefined: the registry is in memory. */
  get #place(): RegistryPlace | undefined {
    const { stores } = this.#parts;
    if (this.#store === undefined || stores?.isForRegistry !== true) return undefined;
    return { store: this.#store, root: registryRoot(stores.url.path) };
  }

  #follow(): RegistryFollower | undefined {
    const { clock, logger, crash } = this.#parts;
    const place = this.#place;
    return place && new RegistryFollower({ place, clock, logger, crash });
  }

  #createRegistrar(): Registrar {
    const { flags, clock, logger, metrics, shell } = this.#parts;
    const place = this.#place;
    if (place === undefined) return createInMemoryRegistrar(logger);
    const { id, pid } = shell.state.info;
    return new StoredRegistrar({
      place,
      writer: `${pid} (${id})`,
      mayCreate: flags.log_auto_initialize,
      followed: async () => await this.#follower?.close(),
      fetchTimeoutMs: flags.registry_fetch_timeout,
      storeTimeoutMs: flags.registry_store_timeout,
      clock,
      logger,
      metrics,
    });
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (error instanceof CodedError) this.end(describeError(error));
      else this.#parts.crash(error);
    });
  }
}
