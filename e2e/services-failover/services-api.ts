/**
 * The API of two schedulers, of which now one answers and now the other.
 */

import assert from "node:assert/strict";
import { type Cluster, eventually } from "@tavola/harness";

const patience = { boundMs: 60_000 };

export interface RequestNow {
  readonly requestDeployState: { readonly activeDeploy?: { readonly deployId: string } };
  readonly taskIds: Readonly<
    Record<string, readonly { readonly id: string; readonly deployId: string }[]> &
      Record<"healthy", readonly { readonly id: string; readonly deployId: string }[]>
  >;
}

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** Of whichever scheduler answers. */
export class Api {
  readonly #urls: readonly string[];

  constructor(cluster: Cluster) {
    this.#urls = [...cluster.output().matchAll(/scheduler is up {2}url=(\S+)/g)].map(
      ([, url = ""]) => url,
    );
    assert.equal(this.#urls.length, 2, cluster.output());
  }

  /** Whatever is said first. */
  ask(path: string): Promise<Answer> {
    return Promise.any(this.#urls.map((url) => call(url, path)));
  }

  async get<T>(path: string): Promise<T> {
    const { text } = await eventually(
      `${path} to be answered with 200`,
      () => Promise.any(this.#urls.map((url) => granted(url, path))),
      patience,
    );
    return JSON.parse(text) as T;
  }

  request(requestId: string): Promise<RequestNow> {
    return this.get(`/requests/request/${requestId}`);
  }

  /** The time of the schedule that a task ran for. */
  async timeOf(taskId: string): Promise<number> {
    const { task } = await this.get<{
      task: { taskRequest: { pendingTask: { pendingTaskId: { nextRunAt: number } } } };
    }>(`/history/task/${taskId}`);
    return task.taskRequest.pendingTask.pendingTaskId.nextRunAt;
  }

  /** Once, to one that has just answered; again only when it was answered that nobody leads. */
  async post(path: string, body: unknown): Promise<void> {
    const answer = await eventually(
      `${path} to be taken`,
      async () => {
        const asked = this.#urls.map((url) => granted(url, "/requests/ids"));
        const { url } = await Promise.any(asked);
        const posted = await call(url, path, body).catch((error: unknown) => String(error));
        return typeof posted !== "string" && /^No scheduler leads/.test(posted.text)
          ? undefined
          : posted;
      },
      patience,
    );
    assert.ok(typeof answer !== "string", `${path}: ${answer}`);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  }
}

async function call(url: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(body) };
  const signal = AbortSignal.timeout(5000);
  const answer = await fetch(`${url}/api${path}`, { ...(body === undefined ? {} : post), signal });
  return { url, status: answer.status, text: await answer.text() };
}

async function granted(url: string, path: string): Promise<Answer> {
  const answer = await call(url, path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer;
}
