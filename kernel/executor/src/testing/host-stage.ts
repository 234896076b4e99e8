/**
 * A stage for an executor host: a runtime directory with containers as the containerizer makes them,
 * a scripted agent, and the containerizer's end of the socket. When the test is over all of it is
 * ended, and that no process is left is asserted.
 */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  type ContainerRecord,
  type HostEvent,
  type HostedEnd,
  hostPaths,
  hostSocketPath,
  prepareShim,
  readHostedEnd,
} from "@tavola/containerizer";
import {
  type Clock,
  createHttpClient,
  type HttpClient,
  readProcesses,
  silentLogger,
} from "@tavola/host";
import type { TaskInfo } from "@tavola/protocol";
import { runExecutorHost } from "../shell/executor-host.ts";
import { ScriptedAgent } from "./scripted-agent.ts";
import { until, untilTrue } from "./until.ts";

const shim = await prepareShim({ buildDirectory: tmpdir(), logger: silentLogger });
const plainPath = "/usr/local/bin:/usr/bin:/bin";

export interface StagedContainer {
  readonly id: string;
  readonly directory: string;
  readonly sandbox: string;
}

export class HostStage {
  readonly root = mkdtempSync(join(tmpdir(), "tavola-executor-host-"));
  readonly runtimeDir = join(this.root, "run");
  readonly agent = new ScriptedAgent();
  readonly http: HttpClient = createHttpClient();
  /** What the host said on /events. */
  readonly events: HostEvent[] = [];
  readonly #containers: string[] = [];
  #listening = new AbortController();
  #closeFirst: () => Promise<void> = async () => {};
  #host: { readonly ending: AbortController; readonly ended: Promise<void> } | undefined;

  /** Starts a host in this process; a clock that stands still keeps it from leaving by itself. */
  async startHost(clock?: Clock): Promise<void> {
    const ending = new AbortController();
    const { runtimeDir } = this;
    const ended = runExecutorHost({
      runtimeDir,
      logger: silentLogger,
      signal: ending.signal,
      ...(clock !== undefined && { clock }),
    });
    this.#host = { ending, ended };
    await Promise.race([
      ended,
      untilTrue("the host", () => existsSync(hostSocketPath(runtimeDir))),
    ]);
  }

  /** Resolves when the host has left by itself. */
  get hostLeft(): Promise<void> {
    return this.#host?.ended ?? Promise.resolve();
  }

  /** As SIGTERM does. What it hosts runs on. */
  async stopHost(): Promise<void> {
    this.#host?.ending.abort();
    await this.hostLeft;
    this.#host = undefined;
  }

  /** Hears what the host says, until `hangUp`. */
  async listen(): Promise<void> {
    this.#listening = new AbortController();
    this.events.length = 0;
    const { signal } = this.#listening;
    const url = `http://host${hostPaths.events}`;
    const socketPath = hostSocketPath(this.runtimeDir);
    const response = await this.http.request({ method: "GET", url, socketPath, signal });
    void this.#hear(response.chunks()).catch(() => {});
    await untilTrue("who hosts", () => this.events.some(({ kind }) => kind === "hosting"));
  }

  hangUp(): void {
    this.#listening.abort();
  }

  async post(path: string, body: string): Promise<{ status: number; text: string }> {
    const url = `http://host${path}`;
    const socketPath = hostSocketPath(this.runtimeDir);
    const response = await this.http.request({ method: "POST", url, socketPath, body });
    const text = Buffer.from(await response.body()).toString("utf8");
    return { status: response.status, text };
  }

  async start({ id }: StagedContainer): Promise<void> {
    const answer = await this.post(hostPaths.start, JSON.stringify({ container_id: id }));
    assert.deepEqual(answer, { status: 200, text: "" });
  }

  async end({ id }: StagedContainer): Promise<void> {
    const answer = await this.post(hostPaths.end, JSON.stringify({ container_id: id }));
    assert.deepEqual(answer, { status: 200, text: "" });
  }

  /** The executor of a task of the same name, as an agent would have it. */
  environmentOf(id: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: plainPath,
      MESOS_FRAMEWORK_ID: "framework",
      MESOS_EXECUTOR_ID: id,
      MESOS_AGENT_ENDPOINT: `127.0.0.1:${this.agent.port}`,
      MESOS_CHECKPOINT: "0",
      MESOS_SANDBOX: join(this.root, "sandboxes", id),
      ...more,
    };
  }

  /** On disk, to be started. */
  contain(id: string, more: Readonly<Record<string, string>> = {}): StagedContainer {
    const directory = join(this.runtimeDir, "containers", id);
    const sandbox = join(this.root, "sandboxes", id);
    mkdirSync(directory, { recursive: true });
    mkdirSync(sandbox, { recursive: true });
    const record: ContainerRecord = {
      containerId: id,
      kind: "hosted",
      agentId: "agent",
      frameworkId: "framework",
      executorId: id,
      sandbox,
      environment: this.environmentOf(id, more),
      place: { directory, cgroups: [], shimCgroups: [] },
      shim,
      resources: [],
    };
    writeFileSync(join(directory, "container.json"), JSON.stringify(record), { mode: 0o600 });
    this.#containers.push(id);
    return { id, directory, sandbox };
  }

  /** How the executor ended, once that is on disk and the host has said so. */
  ended({ id, directory }: StagedContainer): Promise<HostedEnd> {
    return until(`the end of ${id}`, async () => {
      const isTold = this.events.some(
        (event) => event.kind === "ended" && event.container_id === id,
      );
      return isTold ? await readHostedEnd(directory) : undefined;
    });
  }

  /** Pids of those who run with something of this stage in their command line or environment. */
  processes(): number[] {
    return readProcesses()
      .filter(({ pid, state }) => pid !== process.pid && state !== "Z" && mentions(pid, this.root))
      .map(({ pid }) => pid);
  }

  /** Of what speaks with a host of its own. */
  beforeClose(run: () => Promise<void>): void {
    this.#closeFirst = run;
  }

  async close(): Promise<void> {
    await this.#closeFirst();
    if (this.#host !== undefined) {
      const ends = this.#containers.map((container_id) =>
        this.post(hostPaths.end, JSON.stringify({ container_id })).catch(() => {}),
      );
      await Promise.all(ends);
      await this.stopHost();
    }
    this.hangUp();
    await this.agent.close();
    await this.http.close();
    await untilTrue("every process to be gone", () => this.processes().length === 0);
    rmSync(this.root, { recursive: true, force: true });
  }

  async #hear(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const chunk of chunks) {
      const lines = (rest + Buffer.from(chunk).toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.events.push(JSON.parse(line) as HostEvent);
    }
  }
}

/** Ready but for its host. */
export async function openStage(t: TestContext): Promise<HostStage> {
  const stage = new HostStage();
  mkdirSync(join(stage.runtimeDir, "containers"), { recursive: true });
  t.after(() => stage.close());
  await stage.agent.open();
  return stage;
}

/** With a host that somebody listens to. */
export async function openHost(t: TestContext, clock?: Clock): Promise<HostStage> {
  const stage = await openStage(t);
  await stage.startHost(clock);
  await stage.listen();
  return stage;
}

export function taskOf(id: string, script: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: "agent" },
    command: { shell: true, value: script },
    ...more,
  };
}

function mentions(pid: number, text: string): boolean {
  return ["cmdline", "environ"].some((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "latin1").includes(text);
    } catch {
      // It is gone, or somebody else's.
      return false;
    }
  });
}
