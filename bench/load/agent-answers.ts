/**
 * What agents answer over HTTP to who asks about their tasks: where sandboxes are, and what is used.
 *
 * Each is asked at an address of its own of the loopback network, as agents on machines of their own are.
 */
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";

export interface AnsweringAgent {
  readonly ip: string;
  readonly port: number;
  readonly frameworkId: string;
  readonly taskIds: Iterable<string>;
}

export class AgentAnswers {
  readonly #http = createHttpServer({ keepAliveTimeout: 60_000 });
  readonly #listeners: Server[] = [];
  readonly #byPlace = new Map<string, AnsweringAgent>();

  static async open(agents: readonly AnsweringAgent[]): Promise<AgentAnswers> {
    const answers = new AgentAnswers();
    for (const agent of agents) await answers.#listen(agent);
    return answers;
  }

  private constructor() {
    this.#http.on("request", ({ url, socket }, answer) => {
      const agent = this.#byPlace.get(`${socket.localAddress}:${socket.localPort}`);
      const body = agent === undefined ? undefined : answerOf(agent, url ?? "");
      answer.statusCode = body === undefined ? 404 : 200;
      answer.setHeader("Content-Type", "application/json");
      answer.end(body === undefined ? "" : JSON.stringify(body));
    });
  }

  async #listen(agent: AnsweringAgent): Promise<void> {
    const { ip, port } = agent;
    const listener = createServer((socket) => this.#http.emit("connection", socket));
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject).listen(port, ip, resolve);
    });
    this.#listeners.push(listener);
    this.#byPlace.set(`${ip}:${port}`, agent);
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
    this.#http.closeAllConnections();
  }
}

function answerOf({ frameworkId, taskIds }: AnsweringAgent, url: string): unknown {
  const ids = [...taskIds];
  switch (url.split("?")[0]) {
    case "/state":
      return { frameworks: [{ id: frameworkId, executors: ids.map(executorOf) }] };
    case "/monitor/statistics":
      return ids.map((id) => ({
        ...{ executor_id: id, source: id, framework_id: frameworkId, executor_name: "" },
        statistics: {
          ...{ timestamp: Date.now() / 1000, cpus_limit: 0.1, cpus_user_time_secs: 1 },
          ...{ cpus_system_time_secs: 1, mem_limit_bytes: 33_554_432, mem_rss_bytes: 16_777_216 },
        },
      }));
    case "/metrics/snapshot":
      return { "slave/cpus_total": 1, "system/load_1min": 0.1 };
    default:
      return undefined;
  }
}

function executorOf(id: string): object {
  return { id, directory: `/var/lib/tavola/agent/slaves/S/executors/${id}/runs/latest`, tasks: [] };
}
