/**
 * `tavola announce`: a service that is announced for as long as this runs, or a command does.
 *
 *     [command starts ──► listens] ──► announced ──► Ctrl-C, or the command ends ──► withdrawn
 *                                                        └──► drain time ──► the command is told
 */

import { CodedError, describeError } from "@tavola/base";
import type { DiscoveryClient, KeptAnnouncement } from "@tavola/sdk";
import type { Command } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { processInterrupts } from "../run/interrupts.ts";
import type { Terminal } from "../terminal.ts";
import { type AnnounceRequest, parseAnnounceRequest } from "./announce-request.ts";
import { type AnnouncedCommand, runAnnounced } from "./announced-command.ts";
import { discoveryOptionHelp, openDiscovery } from "./discovery-address.ts";
import { RenewalReport } from "./renewal-report.ts";
import { untilListening } from "./until-listening.ts";

const usage = `usage: tavola announce TYPE URI [OPTIONS] [-- COMMAND [ARGUMENT…]]

Announces a service to discovery and keeps it announced until Ctrl-C (or SIGTERM), then withdraws it:

  tavola announce web http://10.0.0.7:8080 --metadata=zone=a --metadata=weight=2

With a COMMAND it runs that, announces it once somebody listens at URI, withdraws it when it ends,
and ends with its exit status. Ctrl-C withdraws it before the command is told to end.

  --feature=NAME       it is found as TYPE:NAME, too
  --metadata=NAME=VALUE
                       may be repeated; zone and weight are understood by those who pick
  --id=ID              the announcement's id (default: a random one)
  --drain=SECONDS      between its withdrawal and the command's end (default: 0)
  --json               print the announcement once a server has taken it
${discoveryOptionHelp}`;

const limits = {
  /** Nobody has taken it by then: that is said. */
  patienceMs: 2_000,
  /** Whether it is renewed is looked at so often. */
  lookMs: 250,
} as const;

export const announceCommand: Command = {
  usage,
  async run(args, terminal) {
    const request = parseAnnounceRequest(args);
    const { servers, discovery } = openDiscovery(request.discovery, terminal);
    const session = new AnnounceSession(request, { discovery, servers, terminal });
    try {
      return await session.run();
    } finally {
      await discovery.close();
    }
  },
};

interface SessionWorld {
  readonly discovery: DiscoveryClient;
  readonly servers: string;
  readonly terminal: Terminal;
}

class AnnounceSession {
  readonly #request: AnnounceRequest;
  readonly #world: SessionWorld;
  readonly #ending = new AbortController();
  #kept: KeptAnnouncement | undefined;
  #looking: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(request: AnnounceRequest, world: SessionWorld) {
    this.#request = request;
    this.#world = world;
  }

  /** The exit status. */
  async run(): Promise<number> {
    const { command, uri } = this.#request;
    const interrupts = processInterrupts();
    const interrupted = Promise.withResolvers<"SIGINT" | "SIGTERM">();
    // The terminal is gone: the command, in a group of its own, would live on with nobody to announce it.
    const hungUp = (): void => interrupted.resolve("SIGTERM");
    process.on("SIGHUP", hungUp);
    try {
      if (command.length === 0) {
        interrupts.onInterrupt((signal) => interrupted.resolve(signal));
        const refused = this.#announce();
        const end = await Promise.race([interrupted.promise, refused]);
        if (end === "refused") return exitStatus.failed;
        await this.#withdraw();
        return exitStatus.ok;
      }
      const child = runAnnounced(command);
      interrupts.onInterrupt((signal, count) => {
        if (count > 1) child.signal("SIGKILL");
        interrupted.resolve(signal);
      });
      const listening = untilListening(uri, this.#ending.signal).then(async (isListening) => {
        if (isListening && !this.#ending.signal.aborted) await this.#announce();
      });
      listening.catch(() => undefined);
      return await this.#untilEnd(child, interrupted.promise);
    } finally {
      this.#isOver = true;
      clearInterval(this.#looking);
      interrupts.close();
      process.off("SIGHUP", hungUp);
    }
  }

  async #untilEnd(
    child: AnnouncedCommand,
    interrupted: Promise<"SIGINT" | "SIGTERM">,
  ): Promise<number> {
    const end = await Promise.race([child.ended, interrupted]);
    this.#ending.abort();
    if (typeof end === "number") {
      await this.#withdraw();
      return end;
    }
    await Promise.race([child.ended, this.#drain()]);
    child.signal(end);
    return await child.ended;
  }

  async #drain(): Promise<void> {
    await this.#withdraw();
    await new Promise((resolve) => setTimeout(resolve, this.#request.drainMs));
  }

  /** Resolves only when it is refused. */
  async #announce(): Promise<"refused"> {
    const { discovery, servers, terminal } = this.#world;
    const { announcement, asJson } = this.#request;
    const kept = discovery.announce(announcement);
    this.#kept = kept;
    const timer = setTimeout(() => {
      terminal.tell(`tavola announce: no discovery server answers at ${servers}; trying on\n`);
    }, limits.patienceMs);
    try {
      await kept.established;
      terminal.tell(
        `tavola announce: ${announcement.serviceType} at ${announcement.serviceUri} is announced as ${kept.id}\n`,
      );
      this.#reportRenewals(kept);
      if (asJson) await terminal.write(`${JSON.stringify(kept.announcement)}\n`);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (error.code === "CALL_REFUSED") {
        terminal.tell(`tavola announce: ${describeError(error)}\n`);
        return "refused";
      }
    } finally {
      clearTimeout(timer);
    }
    return await new Promise(() => undefined);
  }

  #reportRenewals(kept: KeptAnnouncement): void {
    const { terminal } = this.#world;
    // Taken by a call that was under way when it was withdrawn.
    if (this.#isOver) return;
    const report = new RenewalReport();
    this.#looking = setInterval(() => {
      const said = report.looked(kept.isTaken, performance.now());
      if (said === "lost") {
        const why = kept.trouble === undefined ? "" : ` (${kept.trouble})`;
        terminal.tell(
          `tavola announce: no discovery server renews it any more${why}; it expires unless one does, trying on\n`,
        );
      }
      if (said === "back") terminal.tell("tavola announce: it is renewed again\n");
    }, limits.lookMs);
    this.#looking.unref();
  }

  async #withdraw(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#looking);
    const outcome = await this.#kept?.withdraw({ patienceMs: 3_000 });
    if (outcome === "withdrawn") this.#world.terminal.tell("tavola announce: withdrawn\n");
    if (outcome === "away") {
      this.#world.terminal.tell(
        "tavola announce: no discovery server takes the withdrawal; it expires by itself\n",
      );
    }
  }
}
