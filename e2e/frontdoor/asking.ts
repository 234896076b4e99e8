/**
 * A client that asks again and again over one connection that it keeps, and remembers what it got.
 */

import { Agent, request } from "node:http";
import type { TestContext } from "node:test";

/** A front door that says nothing for so long has failed; who waits on would hang the test. */
const silenceMsMax = 30_000;

export interface Asking {
  /** Bodies of answers with 200. */
  readonly answers: ReadonlyMap<string, number>;
  /** Everything else. */
  readonly failures: readonly string[];
  /** Connections that were opened. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** Of several front doors one after the other is asked, the one that answered last first, as a balancer before them does. */
export function keepAsking(context: TestContext, ...urls: readonly string[]): Asking {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers = new Map<string, number>();
  const failures: string[] = [];
  const sockets = new Set<unknown>();
  let isStopped = false;
  let first = 0;
  const askOne = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request(url, { agent }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => {
          body += text;
        });
        response.on("error", reject);
        response.on("close", () => {
          if (response.statusCode === 200 && response.complete) resolve(body);
          else reject(new Error(`${response.statusCode} ${body}`));
        });
      });
      asked.on("socket", (socket) => sockets.add(socket));
      asked.on("error", reject);
      asked.setTimeout(silenceMsMax, () => asked.destroy(new Error(`${url} says nothing`)));
      asked.end();
    });
  const askAny = async (): Promise<void> => {
    const said: string[] = [];
    for (let tried = 0; tried < urls.length; tried += 1) {
      const at = (first + tried) % urls.length;
      try {
        const body = await askOne(urls[at] as string);
        answers.set(body, (answers.get(body) ?? 0) + 1);
        first = at;
        return;
      } catch (error) {
        said.push((error as Error).message);
      }
    }
    failures.push(said.join("; "));
  };
  const running = (async () => {
    while (!isStopped) {
      await askAny();
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
