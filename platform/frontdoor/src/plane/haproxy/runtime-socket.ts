/**
 * HAProxy's runtime API: commands over its Unix socket, an answer for each.
 *
 * A connection a batch: commands go as one line, separated by `;`, and the answers come one after the
 * other until HAProxy closes. It does not say where one answer ends and the next begins, so a batch is
 * of commands that say nothing when all is well, and what it says is what went wrong. The last command
 * of a line asks for the version: an answer that does not end with it was cut, and nobody knows what of.
 */

import { connect } from "node:net";
import { CodedError } from "@tavola/base";

const limits = {
  answerMs: 5_000,
  answerBytesMax: 64 * 1024 * 1024,
  /** HAProxy's buffer is 16 KiB, and a line must fit. */
  lineCharactersMax: 12_000,
} as const;

export class RuntimeSocket {
  readonly path: string;
  /** So long silence is an answer that does not come. */
  readonly answerMs: number;

  constructor(path: string, answerMs: number = limits.answerMs) {
    this.path = path;
    this.answerMs = answerMs;
  }

  /**
   * Sends one line (or one with a payload) and resolves with all that comes until HAProxy closes.
   * Rejects with HAPROXY_AWAY.
   */
  ask(line: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect({ path: this.path });
    const pieces: Buffer[] = [];
    let bytes = 0;
    const fail = (why: string, cause?: unknown): void => {
      reject(awayError(this.path, why, cause));
      socket.destroy();
    };
    socket.setTimeout(this.answerMs, () => fail("does not answer"));
    socket.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limits.answerBytesMax) fail("says too much");
      else pieces.push(piece);
    });
    socket.once("connect", () => socket.write(`${line}\n`));
    socket.once("error", (error) => fail("is broken", error));
    socket.once("close", () => resolve(Buffer.concat(pieces).toString()));
    return promise;
  }

  /**
   * Sends all of them, as few lines as may be; resolves with what was said beside nothing, one line
   * each. Rejects with HAPROXY_AWAY: some of them may have been done.
   */
  async tell(commands: readonly string[]): Promise<string[]> {
    const said: string[] = [];
    for (const line of linesOf(commands)) {
      const answer = await this.ask(`${line};show version`);
      const lines = answer.split("\n").filter((each) => each !== "");
      if (!/^\d+\.\d/.test(lines.pop() ?? "")) throw awayError(this.path, "does not say all");
      said.push(...lines);
    }
    return said;
  }
}

export function awayError(path: string, why: string, cause?: unknown): CodedError {
  const problem = `HAProxy's socket ${why}`;
  return new CodedError("HAPROXY_AWAY", problem, { path }, { cause, transient: true });
}

function linesOf(commands: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const command of commands) {
    if (line !== "" && line.length + command.length > limits.lineCharactersMax) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? command : `;${command}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
