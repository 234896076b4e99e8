/**
 * libprocess's network inside one process: messages between messengers, without a socket.
 *
 * Keeps the real messenger's promises and no more: at most once, in order per pair, never delivered
 * synchronously, a link told once when the other side leaves or cannot be reached. Delays come from
 * the given clock, so that under a simulated one a whole cluster runs in virtual time. A severed pair
 * loses what is on its way.
 */

import { formatUpid, type LibprocessMessage, type Upid } from "@tavola/protocol";
import type { Clock } from "./clock.ts";
import type { Messenger } from "./messenger.ts";

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** From sending to delivery, for each message; called in the order of sending. Default 0. */
  readonly delayMs?: (from: string, to: string) => number;
}

export interface MemoryMember {
  readonly ip: string;
  readonly port: number;
  readonly onMessage: (message: LibprocessMessage) => "accepted" | "unknown";
}

export interface MemoryNetwork {
  /** The address must be free. `leave` breaks every link to it. */
  join(member: MemoryMember): { readonly messenger: Messenger; readonly leave: () => void };
  /** Breaks the links between two addresses (`ip:port`) and loses messages until `heal`. */
  sever(a: string, b: string): void;
  heal(a: string, b: string): void;
}

interface Link {
  readonly from: string;
  readonly to: string;
  readonly onExited: () => void;
}

export function createMemoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new Network(options);
}

class Network implements MemoryNetwork {
  readonly #clock: Clock;
  readonly #delayMs: (from: string, to: string) => number;
  readonly #members = new Map<string, MemoryMember>();
  readonly #severed = new Set<string>();
  readonly #links = new Set<Link>();
  /** When the last message of a pair arrives: none may overtake it. */
  readonly #lastArrival = new Map<string, number>();

  constructor(options: MemoryNetworkOptions) {
    this.#clock = options.clock;
    this.#delayMs = options.delayMs ?? (() => 0);
  }

  join(member: MemoryMember): { readonly messenger: Messenger; readonly leave: () => void } {
    const here = `${member.ip}:${member.port}`;
    this.#members.set(here, member);
    const messenger: Messenger = {
      send: (fromId, to, name, body) => {
        const from = formatUpid({ id: fromId, host: member.ip, port: member.port });
        if (this.#members.get(here) !== member) return;
        this.#send(here, `${to.host}:${to.port}`, { from, to: to.id, name, body });
      },
      link: (to: Upid, onExited) => this.#link(here, `${to.host}:${to.port}`, onExited),
    };
    const leave = () => {
      if (this.#members.get(here) === member) this.#members.delete(here);
      this.#breakLinks((link) => link.to === here || link.from === here, here);
    };
    return { messenger, leave };
  }

  sever(a: string, b: string): void {
    this.#severed.add(pairOf(a, b));
    this.#breakLinks((link) => pairOf(link.from, link.to) === pairOf(a, b));
  }

  heal(a: string, b: string): void {
    this.#severed.delete(pairOf(a, b));
  }

  #reaches(from: string, to: string): boolean {
    return this.#members.has(to) && !this.#severed.has(pairOf(from, to));
  }

  #send(from: string, to: string, message: LibprocessMessage): void {
    const direction = `${from}>${to}`;
    const now = this.#clock.now();
    const arrival = Math.max(
      now + Math.max(0, this.#delayMs(from, to)),
      this.#lastArrival.get(direction) ?? 0,
    );
    this.#lastArrival.set(direction, arrival);
    this.#clock.after(arrival - now, () => {
      if (this.#reaches(from, to)) this.#members.get(to)?.onMessage(message);
    });
  }

  #link(from: string, to: string, onExited: () => void): () => void {
    const link: Link = { from, to, onExited };
    this.#links.add(link);
    if (!this.#reaches(from, to)) this.#breakLinks((each) => each === link);
    return () => this.#links.delete(link);
  }

  /** `silent`: an address that has left is told nothing. */
  #breakLinks(concerns: (link: Link) => boolean, silent?: string): void {
    for (const link of [...this.#links]) {
      if (!concerns(link)) continue;
      this.#clock.after(0, () => {
        if (this.#links.delete(link) && link.from !== silent) link.onExited();
      });
    }
  }
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
