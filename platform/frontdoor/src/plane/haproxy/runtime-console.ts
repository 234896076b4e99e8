/**
 * A connection to HAProxy's runtime API that stays, for one question after the other: a process that
 * finishes takes no new one, and does not end before this is closed.
 */

import { connect, type Socket } from "node:net";
import type { CodedError } from "@tavola/base";
import { awayError, type RuntimeSocket } from "./runtime-socket.ts";

/** What HAProxy says when it waits for the next command. */
const prompt = "\n> ";

export class RuntimeConsole {
  readonly #socket: Socket;
  readonly #path: string;
  #said = "";
  #last: Promise<unknown> = Promise.resolve();
  #asked: PromiseWithResolvers<string> | undefined;

  private constructor(socket: Socket, { path, answerMs }: RuntimeSocket) {
    this.#socket = socket;
    this.#path = path;
    socket.setEncoding("utf8");
    socket.setTimeout(answerMs, () => {
      if (this.#asked !== undefined) this.#fail(awayError(path, "does not answer"));
    });
    socket.on("data", (text: string) => this.#hear(text));
    socket.once("error", (error) => this.#fail(awayError(path, "is broken", error)));
    socket.once("close", () => this.#fail(awayError(path, "is closed")));
  }

  /** Rejects with HAPROXY_AWAY, also when it does not answer. */
  static async open(socket: RuntimeSocket): Promise<RuntimeConsole> {
    const opened = new RuntimeConsole(connect({ path: socket.path }), socket);
    await opened.ask("prompt");
    return opened;
  }

  /** Answers come in the order of the questions. Rejects with HAPROXY_AWAY. */
  ask(command: string): Promise<string> {
    const answer = this.#last.then(() => this.#askNow(command));
    this.#last = answer.catch(() => {});
    return answer;
  }

  #askNow(command: string): Promise<string> {
    const asked = Promise.withResolvers<string>();
    this.#asked = asked;
    if (this.#socket.destroyed) this.#fail(awayError(this.#path, "is closed"));
    else this.#socket.write(`${command}\n`);
    return asked.promise;
  }

  #hear(text: string): void {
    this.#said += text;
    if (!this.#said.endsWith(prompt)) return;
    const said = this.#said.slice(0, -prompt.length);
    this.#said = "";
    this.#asked?.resolve(said);
    this.#asked = undefined;
  }

  #fail(error: CodedError): void {
    this.#socket.destroy();
    this.#asked?.reject(error);
    this.#asked = undefined;
  }

  close(): void {
    this.#socket.destroy();
  }
}
