/** A client that a test plays: writes bytes as they are, and reads answers strictly. */

import { connect, type Socket } from "node:net";
import { type ReadMessage, readMessages } from "./message-reader.ts";
import { waitFor } from "./wait-for.ts";

export interface Answer extends ReadMessage {
  readonly status: number;
}

export interface RawClient {
  write(bytes: string | Uint8Array): void;
  /** The next answer, all of it, interim ones left out. Rejects when the connection ends before. */
  answer(): Promise<Answer>;
  /** Everything that came, once the other side has ended the connection. */
  ended(): Promise<string>;
  /** Everything that has come, when `isEnough` says so or when it has ended. */
  until(isEnough: (received: string) => boolean): Promise<string>;
  readonly received: string;
  readonly isOver: boolean;
  readonly socket: Socket;
}

export interface ClientOptions {
  /** Of what is asked here: HEAD has no body. */
  readonly method?: string;
  /** Default: where the plane says that it listens. */
  readonly to?: string;
}

export function connectClient(url: string, { method = "GET" }: ClientOptions = {}): RawClient {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""));
  let received = "";
  let isOver = false;
  let taken = 0;
  socket.on("data", (bytes: Buffer) => {
    received += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isOver = true;
  });
  socket.on("end", () => {
    isOver = true;
  });
  const answers = (): Answer[] =>
    readMessages(received, {
      endsWithConnection: true,
      hasNoBody: (start) => method === "HEAD" || /^\S+ (?:1\d\d|204|304)/.test(start),
    }).map((message) => ({ ...message, status: Number(message.start.split(" ")[1]) }));
  const final = (): Answer[] => answers().filter(({ status }) => !(status < 200 && status !== 101));
  return {
    socket,
    write: (bytes) =>
      void (typeof bytes === "string" ? socket.write(bytes, "latin1") : socket.write(bytes)),
    async answer() {
      await waitFor(
        () => isOver || final()[taken]?.isComplete === true,
        () => `an answer; got ${received}`,
      );
      const answer = final()[taken];
      if (answer === undefined) throw new Error(`the connection ended; got ${received}`);
      taken += 1;
      return answer;
    },
    async ended() {
      await waitFor(
        () => isOver,
        () => `the connection's end; got ${received}`,
      );
      return received;
    },
    async until(isEnough) {
      await waitFor(
        () => isOver || isEnough(received),
        () => `more than ${received}`,
      );
      return received;
    },
    get received() {
      return received;
    },
    get isOver() {
      return isOver;
    },
  };
}
