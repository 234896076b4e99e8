/**
 * Servers on their way out: in maintenance, until their last request has ended. After the drain time
 * what still runs is cut. Who is drained in all its backends is told of, and can serve another instance.
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

export interface ServerDrainOptions {
  readonly clock: Clock;
  readonly drainMs: number;
  /** Sends a command, and resolves with what HAProxy says to it. */
  ask(command: string): Promise<string>;
  drained(server: Server, backends: readonly string[]): void;
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
    const { clock, drainMs, ask, drained } = this.#options;
    const asked = this.#draining;
    try {
      for (const each of asked) {
        if (each.isCut || clock.now() - each.since < drainMs) continue;
        each.isCut = true;
        for (const backend of each.backends) {
          await ask(`shutdown sessions server ${backend}/${each.server.name}`);
        }
      }
      const busy = busyServers(await ask("show servers conn"));
      const isBusy = ({ server, backends, since }: Draining): boolean =>
        clock.now() - since < lookEveryMs ||
        backends.some((backend) => busy.has(`${backend}/${server.name}`));
      // While it was asked another process may have begun, which knows none of these.
      const over = this.#draining.filter((each) => asked.includes(each) && !isBusy(each));
      this.#draining = this.#draining.filter((each) => !over.includes(each));
      for (const { server, backends } of over) drained(server, backends);
    } catch {
      // The process is gone or going; what follows it begins without them.
    }
    if (this.#draining.length > 0) this.#lookLater();
  }
}

/** `backend/server` of those with a request, of what `show servers conn` says. */
function busyServers(text: string): ReadonlySet<string> {
  const [head = "", ...lines] = text.split("\n");
  const used = head.replace(/^# /, "").split(" ").indexOf("used_cur");
  const busy = new Set<string>();
  for (const line of lines) {
    const fields = line.split(" ");
    if (Number(fields[used] ?? 0) > 0) busy.add(fields[0] as string);
  }
  return busy;
}
