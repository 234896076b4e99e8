/**
 * Servers on their way out: in maintenance, until their last request has ended. After the drain time
 * what still runs is cut. Who is drained in all its backends is kept for another instance, or deleted.
 */

import type { Instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type { Server } from "./server-book.ts";

interface Draining {
  readonly server: Server;
  readonly backends: readonly string[];
  readonly since: Instant;
  isCut: boolean;
}

const lookEveryMs = 500;

/** More than that are asked for with all others. */
const backendsAtOnceMax = 16;

export interface ServerDrainOptions {
  readonly clock: Clock;
  readonly drainMs: number;
  /** Sends a command, and resolves with what HAProxy says to it. */
  ask(command: string): Promise<string>;
  /** Whether the server is kept, now that nothing runs on it: else it is deleted. */
  keep(server: Server): boolean;
}

export class ServerDrain {
  readonly #options: ServerDrainOptions;
  #draining: Draining[] = [];
  #timer: Timer | undefined;

  constructor(options: ServerDrainOptions) {
    this.#options = options;
  }

  get servers(): readonly Server[] {
    return this.#draining.map(({ server }) => server);
  }

  /** It already is in maintenance. */
  add(server: Server, backends: readonly string[]): void {
    const since = this.#options.clock.now();
    this.#draining.push({ server, backends, since, isCut: false });
    this.#lookLater();
  }

  /** Another process knows nothing of them. */
  clear(): void {
    this.#draining = [];
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #lookLater(): void {
    this.#timer ??= this.#options.clock.after(lookEveryMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const asked = this.#draining;
    try {
      await this.#cutLate(asked);
      const busy = await this.#busyServers(asked);
      const isOver = ({ server, backends, since }: Draining): boolean =>
        this.#options.clock.now() - since >= lookEveryMs &&
        !backends.some((backend) => busy.has(`${backend}/${server.name}`));
      // While it was asked another process may have begun, which knows none of these.
      const over = this.#draining.filter((each) => asked.includes(each) && isOver(each));
      this.#draining = this.#draining.filter((each) => !over.includes(each));
      await this.#delete(over.filter(({ server }) => !this.#options.keep(server)));
    } catch {
      // The process is gone or going; what follows it begins without them.
    }
    if (this.#draining.length > 0) this.#lookLater();
  }

  async #cutLate(draining: readonly Draining[]): Promise<void> {
    const { clock, drainMs, ask } = this.#options;
    for (const each of draining) {
      if (each.isCut || clock.now() - each.since < drainMs) continue;
      each.isCut = true;
      const cut = (backend: string): string =>
        `shutdown sessions server ${backend}/${each.server.name}`;
      if (each.backends.length > 0) await ask(each.backends.map(cut).join(";"));
    }
  }

  /** `backend/server` of those with a request, at least of the backends that are asked for. */
  async #busyServers(draining: readonly Draining[]): Promise<ReadonlySet<string>> {
    const backends = new Set(draining.flatMap((each) => each.backends));
    const show = "show servers conn";
    const question =
      backends.size > backendsAtOnceMax
        ? show
        : [...backends].map((backend) => `${show} ${backend}`).join(";");
    return busyServers(question === "" ? "" : await this.#options.ask(question));
  }

  /** Whom HAProxy does not let go, because a connection is kept to it still, is asked again later. */
  async #delete(drained: readonly Draining[]): Promise<void> {
    for (const each of drained) {
      const commands = each.backends.map((backend) => `del server ${backend}/${each.server.name}`);
      const said = commands.length === 0 ? "" : await this.#options.ask(commands.join(";"));
      const isGone = (line: string): boolean =>
        /^(?:|Server deleted\.|No such server\.)$/.test(line);
      if (!said.split("\n").every(isGone)) this.#draining.push(each);
    }
  }
}

/** `backend/server` of those with a request, of what `show servers conn` says, once or more. */
function busyServers(text: string): ReadonlySet<string> {
  const busy = new Set<string>();
  let used = -1;
  for (const line of text.split("\n")) {
    const fields = line.replace(/^# /, "").split(" ");
    if (line.startsWith("#")) used = fields.indexOf("used_cur");
    else if (Number(fields[used] ?? 0) > 0) busy.add(fields[0] as string);
  }
  return busy;
}
