/**
 * An agent as an executor sees it: the v1 executor API on a real port, protobuf in RecordIO. It sends
 * what a test tells it to, keeps every call, and knows nothing of containers.
 */

import {
  type Endpoint,
  type HttpRequest,
  openEndpoint,
  type StreamSink,
  silentLogger,
} from "@tavola/host";
import {
  decodeMessage,
  encodeMessage,
  encodeRecord,
  executor,
  type FrameworkInfo,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
} from "@tavola/protocol";
import { until } from "./until.ts";

export class ScriptedAgent {
  readonly calls: executor.Call[] = [];
  readonly headers: Readonly<Record<string, string>>[] = [];
  /** Whether every update is acknowledged at once, those told in a SUBSCRIBE included. */
  acknowledges = true;
  /** Answers SUBSCRIBE with this instead. */
  refusal: { readonly status: number; readonly body: string } | undefined;
  framework: FrameworkInfo = { user: "root", name: "framework" };
  /** Sent, in the same breath, to whoever subscribes for the first time. */
  readonly firstEvents = new Map<string, readonly executor.Event[]>();
  readonly #streams = new Map<string, StreamSink>();
  #endpoint: Endpoint | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  /** Also after `close`, on the same port. */
  async open(): Promise<void> {
    this.#endpoint = await openEndpoint({
      ip: "127.0.0.1",
      port: this.#port,
      onRequest: (request) => this.#answer(request),
      logger: silentLogger,
    });
    this.#port = this.#endpoint.boundPort;
  }

  /** Breaks every connection off and hears nobody. */
  async close(): Promise<void> {
    await this.#endpoint?.close();
  }

  /** Breaks the streams off; who comes back is heard. */
  breakOff(): void {
    for (const sink of this.#streams.values()) sink.end();
  }

  send(executorId: string, ...events: readonly executor.Event[]): void {
    const sink = this.#streams.get(executorId);
    if (sink === undefined) throw new Error(`${executorId} is not subscribed`);
    const records = events.map((event) => encodeRecord(encodeMessage(executor.Event, event)));
    sink.write(Buffer.concat(records));
  }

  acknowledge({ task_id, uuid }: TaskStatus): void {
    const acknowledged = { task_id, uuid: uuid ?? new Uint8Array() };
    this.send(task_id.value, { type: "ACKNOWLEDGED", acknowledged });
  }

  get subscribes(): executor.Call[] {
    return this.calls.filter(({ type }) => type === "SUBSCRIBE");
  }

  /** Of one task, by UPDATE, in the order of their coming. */
  updatesOf(taskId: string): TaskStatus[] {
    return this.calls
      .flatMap(({ update }) => (update === undefined ? [] : [update.status]))
      .filter(({ task_id }) => task_id.value === taskId);
  }

  updated(taskId: string, state: TaskState): Promise<TaskStatus> {
    const find = (): TaskStatus | undefined =>
      this.updatesOf(taskId).find((status) => status.state === state);
    return until(`${state} of ${taskId}`, find);
  }

  subscribed(times: number): Promise<executor.Call> {
    return until(`SUBSCRIBE number ${times}`, () => this.subscribes[times - 1]);
  }

  async #answer(request: HttpRequest) {
    const { value, error } = decodeMessage(executor.Call, await request.body());
    if (value === undefined) return { status: 400, body: error };
    if (value.type === "SUBSCRIBE" && this.refusal !== undefined) return this.refusal;
    this.calls.push(value);
    this.headers.push(request.headers);
    if (value.type === "SUBSCRIBE") {
      const headers = { "Content-Type": "application/x-protobuf" };
      return { status: 200, headers, stream: (sink: StreamSink) => this.#stream(value, sink) };
    }
    if (value.update !== undefined && this.acknowledges) this.acknowledge(value.update.status);
    return { status: 202 };
  }

  #stream({ executor_id, subscribe }: executor.Call, sink: StreamSink): void {
    const id = executor_id?.value ?? "";
    this.#streams.set(id, sink);
    const subscribed: executor.Event_Subscribed = {
      executor_info: { executor_id: { value: id } },
      framework_info: this.framework,
      agent_info: { hostname: "localhost" },
    };
    this.send(id, { type: "SUBSCRIBED", subscribed }, ...(this.firstEvents.get(id) ?? []));
    this.firstEvents.delete(id);
    if (!this.acknowledges) return;
    for (const { status } of subscribe?.unacknowledged_updates ?? []) this.acknowledge(status);
  }
}

export function launchOf(task: TaskInfo): executor.Event {
  return { type: "LAUNCH", launch: { task } };
}

export function killOf(taskId: string, graceMs?: number): executor.Event {
  const task_id = { value: taskId };
  if (graceMs === undefined) return { type: "KILL", kill: { task_id } };
  const kill_policy = { grace_period: { nanoseconds: graceMs * 1e6 } };
  return { type: "KILL", kill: { task_id, kill_policy } };
}
