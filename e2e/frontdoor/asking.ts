/**
 * A client that asks again and again over one connection that it keeps, and remembers what it got.
 */

import { Agent, request } from "node:http";
import type { TestContext } from "node:test";

export interface Asking {
  /** Bodies of answers with 200. */
  readonly answers: ReadonlyMap<string, number>;
  /** Everything else. */
  readonly failures: readonly string[];
  /** Connections that were opened. */
  readonly connections: number;
  stop(): Promise<void>;
}

export function keepAsking(context: TestContext, url: string): Asking {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers = new Map<string, number>();
  const failures: string[] = [];
  const sockets = new Set<unknown>();
  let isStopped = false;
  const askOnce = (): Promise<void> =>
    new Promise((resolve) => {
      const asked = request(url, { agent }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => {
          body += text;
        });
        response.on("close", () => {
          if (response.statusCode === 200 && response.complete) {
            answers.set(body, (answers.get(body) ?? 0) + 1);
          } else failures.push(`${response.statusCode} ${body}`);
          resolve();
        });
      });
      asked.on("socket", (socket) => sockets.add(socket));
      asked.on("error", (error) => {
        failures.push(error.message);
        resolve();
      });
      asked.end();
    });
  const running = (async () => {
    while (!isStopped) {
      await askOnce();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const stop = async (): Promise<void> => {
    isStopped = true;
    await running;
    agent.destroy();
  };
  context.after(stop);
  return {
    answers,
    failures,
    get connections() {
      return sockets.size;
    },
    stop,
  };
}
