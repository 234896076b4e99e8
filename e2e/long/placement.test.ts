/**
 * Where tasks go in a real cluster: an agent that is decommissioned is emptied without a gap, a frozen
 * one takes nothing, and what waits is told why.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cluster, eventually, startCluster } from "@tavola/harness";
import { createHttpClient, type HttpClient } from "@tavola/host";

interface ActiveTask {
  readonly agentId: string;
  readonly id: string;
}

interface Agent {
  readonly id: string;
  readonly state: string;
}

interface Reason {
  readonly kind: string;
  readonly message: string;
}

class Services {
  readonly #client: HttpClient;
  readonly #api: string;

  constructor(client: HttpClient, { scheduler }: Cluster) {
    this.#client = client;
    this.#api = `${scheduler}/api`;
  }

  async ask(method: "GET" | "POST" | "DELETE", path: string, value?: unknown): Promise<unknown> {
    const body = value === undefined ? {} : { body: Buffer.from(JSON.stringify(value)) };
    const headers = { "content-type": "application/json" };
    const answer = await this.#client.request({ method, url: this.#api + path, headers, ...body });
    const text = `${Buffer.from(await answer.body())}`;
    assert.equal(answer.status, 200, `${method} ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  async deploy(request: { readonly id: string }, cpus: number): Promise<void> {
    await this.ask("POST", "/requests", { requestType: "WORKER", ...request });
    const resources = { cpus, memoryMb: 32, numPorts: 0, diskMb: 0 };
    const deploy = { requestId: request.id, id: "v1", command: "sleep 1000", resources };
    await this.ask("POST", "/deploys", { deploy });
  }

  async tasksOf(requestId: string): Promise<readonly ActiveTask[]> {
    const tasks = (await this.ask("GET", "/tasks/active")) as readonly {
      readonly taskId: { readonly requestId: string; readonly id: string };
      readonly mesosTask: { readonly agentId: { readonly value: string } };
    }[];
    return tasks
      .filter(({ taskId }) => taskId.requestId === requestId)
      .map(({ taskId, mesosTask }) => ({ id: taskId.id, agentId: mesosTask.agentId.value }));
  }

  async agents(): Promise<readonly Agent[]> {
    const agents = (await this.ask("GET", "/agents")) as readonly {
      readonly id: string;
      readonly currentState: { readonly state: string };
    }[];
    return agents.map(({ id, currentState }) => ({ id, state: currentState.state }));
  }

  async stateOf(agentId: string): Promise<string | undefined> {
    return (await this.agents()).find(({ id }) => id === agentId)?.state;
  }

  async why(requestId: string): Promise<readonly Reason[]> {
    const { reasons } = (await this.ask("GET", `/requests/request/${requestId}/why`)) as {
      readonly reasons: readonly Reason[];
    };
    return reasons;
  }
}

test("an agent is emptied, frozen and taken back, and what waits is told why", async (t) => {
  const cluster = await startCluster({ agents: 2, schedulers: 1 });
  t.after(() => cluster.stop());
  const client = createHttpClient();
  t.after(() => client.close());
  const services = new Services(client, cluster);

  await services.deploy({ id: "web", ...{ instances: 4 } }, 0.1);
  const isOnBoth = async (): Promise<true | undefined> =>
    new Set((await services.tasksOf("web")).map(({ agentId }) => agentId)).size === 2
      ? true
      : undefined;
  await eventually("tasks on both agents", isOnBoth);
  const isSettled = async (): Promise<true | undefined> =>
    (await services.why("web")).length === 0 ? true : undefined;
  await eventually("the deploy to succeed", isSettled, { boundMs: 40_000 });

  const [emptied, kept] = await services.agents();
  assert.ok(emptied !== undefined && kept !== undefined);
  await services.ask("POST", `/agents/agent/${emptied.id}/decommission`, { message: "new disks" });
  let least = Number.POSITIVE_INFINITY;
  const isEmpty = async (): Promise<true | undefined> => {
    least = Math.min(least, (await services.tasksOf("web")).length);
    return (await services.stateOf(emptied.id)) === "DECOMMISSIONED" ? true : undefined;
  };
  await eventually("the agent to be empty", isEmpty, { boundMs: 60_000 });
  assert.ok(least >= 4, `only ${least} of 4 ran meanwhile`);
  const tasks = await services.tasksOf("web");
  assert.deepEqual(new Set(tasks.map(({ agentId }) => agentId)), new Set([kept.id]));

  await services.ask("POST", `/agents/agent/${kept.id}/freeze`, {});
  await services.deploy({ id: "late", ...{ instances: 1 } }, 0.1);
  const reasonIs = async (wanted: RegExp): Promise<true | undefined> =>
    (await services.why("late")).some(({ message }) => wanted.test(message)) ? true : undefined;
  await eventually("the freeze to be the reason", () => reasonIs(/1 agent frozen/));

  await services.ask("POST", `/agents/agent/${emptied.id}/activate`, {});
  const isPlaced = async (): Promise<true | undefined> =>
    (await services.tasksOf("late"))[0]?.agentId === emptied.id ? true : undefined;
  await eventually("the task on the agent that is back", isPlaced);

  await services.deploy({ id: "huge", ...{ instances: 1 } }, 45);
  const isTold = async (): Promise<true | undefined> =>
    (await services.why("huge")).some(({ message }) =>
      /^needs 45 cpus; best agent has /.test(message),
    )
      ? true
      : undefined;
  await eventually("what is missing to be told", isTold);
});
