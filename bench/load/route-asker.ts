/**
 * A client that asks one URL again and again over one connection that it keeps, and says when an answer is
 * the one that is waited for.
 */
import { Agent, get } from "node:http";

const boundMs = 60_000;

export class RouteAsker {
  failed = 0;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #running: Promise<void>;
  #isStopped = false;
  #wanted: { readonly body: string; readonly found: (at: number) => void } | undefined;

  constructor(url: string) {
    this.#running = this.#run(url);
  }

  /** When that is what is answered. */
  until(body: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const bound = setTimeout(() => reject(new Error(`"${body}" is not answered`)), boundMs);
    const found = (at: number): void => {
      clearTimeout(bound);
      resolve(at);
    };
    this.#wanted = { body, found };
    return promise;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    this.#agent.destroy();
  }

  async #run(url: string): Promise<void> {
    while (!this.#isStopped) {
      try {
        const body = await ask(url, this.#agent);
        if (body === this.#wanted?.body) this.#wanted.found(performance.now());
      } catch (error) {
        this.failed += 1;
        process.stderr.write(`${(error as Error).message}\n`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.once("error", reject).once("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${response.statusCode} ${body}`));
      });
    });
    asked.once("error", reject);
  });
}
