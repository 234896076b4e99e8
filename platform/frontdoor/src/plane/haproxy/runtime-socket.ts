/**
 * HAProxy's runtime API: commands over its Unix socket, an answer for each.
 *
 * A connection a batch: commands go as one line, separated by `;`, and the answers come one after the
 * other until HAProxy closes. It does not say where one answer ends and the next begins, so a batch is
 * of commands that say nothing when all is well, and what it says is what went wrong.
 */

import { connect } from "node:net";
import { CodedError } from "@tavola/base";

const limits = {
  answerMs: 10_000,
  answerBytesMax: 64 * 1024 * 1024,
  /** HAProxy's buffer is 16 KiB, and a line must fit. */
  lineCharactersMax: 12_000,
} as const;

/** Sends one line (or one with a payload) and resolves with all that comes. */
export function askHaproxy(path: string, line: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ path });
  const pieces: Buffer[] = [];
  let bytes = 0;
  const fail = (why: string, cause?: unknown): void => {
    reject(
      new CodedError(
        "HAPROXY_AWAY",
        `HAProxy's socket ${why}`,
        { path },
        { cause, transient: true },
      ),
    );
    socket.destroy();
  };
  socket.setTimeout(limits.answerMs, () => fail("does not answer"));
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

/** Sends all of them, as few lines as may be; resolves with what was said beside nothing, one line each. */
export async function tellHaproxy(path: string, commands: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const line of linesOf(commands)) {
    const answer = await askHaproxy(path, line);
    said.push(...answer.split("\n").filter((each) => each !== ""));
  }
  return said;
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
