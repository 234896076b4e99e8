/**
 * Delivers each task's status updates to the master: at least once, in order, one at a time.
 *
 * One stream a task. An update is first made durable (where its framework asked for checkpoints),
 * only then acknowledged to its executor and queued; the head of the queue is sent, and sent again
 * with doubling pauses, until the scheduler's acknowledgement comes back; then comes the next.
 *
 *            received               durable             head of the queue            acknowledged
 *     (new) ----------> writing -------------> queued ---------------------> sent ----------------> gone
 *                          '-- cannot be written: written again after a while, with doubling pauses
 *
 * Returns what is to be done, in order, and does none of it. Does not know executors, masters or
 * files; a stream ends with the acknowledgement of a terminal update.
 */

import type { ContainerId, FrameworkId, Instant, TaskId } from "@tavola/base";
import { later } from "@tavola/base";
import { type internal, isTerminal } from "@tavola/protocol";
import { limits } from "./agent-config.ts";

export type StreamAction =
  /** Send to the master. */
  | { readonly kind: "forward"; readonly update: internal.StatusUpdate }
  /** The agent has it: tell the executor that reported it. */
  | {
      readonly kind: "accept";
      readonly update: internal.StatusUpdate;
      readonly reporter: ContainerId;
    }
  /**
   * Append to the file at `path`; a durable one is answered by `persisted` or `persistFailed`. Without
   * a record: what is in the file already is to be made durable.
   */
  | {
      readonly kind: "append";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly path: string;
      readonly record: internal.StatusUpdateRecord | undefined;
      readonly sequence: number;
      readonly isDurable: boolean;
      /** After a failure: from here on the file is to be written again. */
      readonly isRewrite?: boolean;
    }
  | { readonly kind: "closeFile"; readonly path: string }
  | {
      readonly kind: "retryAt";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly at: Instant;
    }
  | { readonly kind: "cancelRetry"; readonly frameworkId: FrameworkId; readonly taskId: TaskId }
  /** Call `rewriteDue` then. */
  | {
      readonly kind: "rewriteAt";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly at: Instant;
    };

export interface ReceivedUpdate {
  readonly update: internal.StatusUpdate;
  /** Where to checkpoint; undefined: nowhere. The first update of a task decides. */
  readonly path: string | undefined;
  /** Whose executor waits for an acknowledgement; undefined for updates made by the agent. */
  readonly reporter: ContainerId | undefined;
}

export interface RecoveredStream {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly path: string;
  readonly records: readonly internal.StatusUpdateRecord[];
}

export type Acknowledgement =
  /** No such stream, or not the update that is out: a duplicate, or late. */
  | { readonly kind: "unexpected"; readonly reason: string }
  | { readonly kind: "advanced"; readonly actions: readonly StreamAction[] }
  /** That was the terminal one: the task is done. */
  | { readonly kind: "terminated"; readonly actions: readonly StreamAction[] };

interface Entry {
  readonly update: internal.StatusUpdate;
  readonly uuid: string;
  /** Who is told when it is on disk that its update, or a later one that says the same, is accepted. */
  readonly waiting: { readonly update: internal.StatusUpdate; readonly reporter: ContainerId }[];
  readonly sequence: number;
  isDurable: boolean;
}

interface Stream {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  /** undefined: not checkpointed. */
  readonly path: string | undefined;
  /** Updates that were ever received, by uuid; those in `pending` are not acknowledged yet. */
  readonly received: Set<string>;
  /** Invariant: the durable ones come first. */
  readonly pending: Entry[];
  /** Pause before the head is sent again; undefined while the head is not out. */
  retryMs: number | undefined;
  /** Pause before the file is written again; undefined while it takes what is written. */
  rewriteMs: number | undefined;
  /** Nothing is written until `rewriteDue`, which writes all that is not durable. */
  isRewriteDue: boolean;
  sequence: number;
}

export class StatusUpdateStreams {
  readonly #streams = new Map<FrameworkId, Map<TaskId, Stream>>();
  #paused = true;

  /** Streams with something left to deliver, or not terminated. */
  get size(): number {
    let count = 0;
    for (const streams of this.#streams.values()) count += streams.size;
    return count;
  }

  /** A duplicate is accepted again, and nothing else. */
  received({ update, path, reporter }: ReceivedUpdate, now: Instant): StreamAction[] {
    const stream = this.#streamOf(update, path);
    const uuid = uuidKey(update.uuid);
    if (stream.received.has(uuid)) return this.repeated(update, reporter);
    stream.received.add(uuid);
    stream.sequence += 1;
    const { sequence } = stream;
    const waiting = reporter === undefined ? [] : [{ update, reporter }];
    const entry: Entry = { update, uuid, waiting, sequence, isDurable: false };
    stream.pending.push(entry);
    if (stream.isRewriteDue) return [];
    if (stream.path !== undefined) {
      const record: internal.StatusUpdateRecord = { type: "UPDATE", update };
      return [append(stream, stream.path, record, sequence, true)];
    }
    return this.#settled(stream, [entry], now);
  }

  /**
   * An update that says nothing new: it is accepted as soon as everything that came before it is on
   * disk, because whoever reported it keeps nothing afterwards.
   */
  repeated(update: internal.StatusUpdate, reporter: ContainerId | undefined): StreamAction[] {
    if (reporter === undefined) return [];
    const frameworkId = update.framework_id.value as FrameworkId;
    const taskId = update.status.task_id.value as TaskId;
    const pending = this.#streams.get(frameworkId)?.get(taskId)?.pending ?? [];
    const written = pending.findLast(({ isDurable }) => !isDurable);
    if (written === undefined) return [{ kind: "accept", update, reporter }];
    const uuid = uuidKey(update.uuid);
    const isWaiting = pending.some(({ waiting }) =>
      waiting.some((each) => uuidKey(each.update.uuid) === uuid && each.reporter === reporter),
    );
    if (!isWaiting) written.waiting.push({ update, reporter });
    return [];
  }

  /**
   * Takes up a task's stream from what is in its file, to be sent on `resume`. Acknowledgements may come in
   * any order and more than once; what follows a terminal update is passed over. "terminated": its end
   * is acknowledged, there is nothing left to do. What was read was written, which is not to say that a
   * power cut would leave it: what is not acknowledged is made durable first.
   */
  recovered({ frameworkId, taskId, path, records }: RecoveredStream): {
    readonly outcome: "open" | "terminated";
    readonly actions: readonly StreamAction[];
  } {
    const acknowledged = new Set<string>();
    for (const { type, uuid } of records) if (type === "ACK") acknowledged.add(uuidKey(uuid));
    const received = new Set<string>();
    const pending: Entry[] = [];
    let sequence = 0;
    for (const { update } of records) {
      const uuid = uuidKey(update?.uuid);
      if (update === undefined || received.has(uuid)) continue;
      received.add(uuid);
      sequence += 1;
      const isAcknowledged = acknowledged.has(uuid);
      const isEnd = isTerminal(update.status.state);
      if (isEnd && isAcknowledged) return { outcome: "terminated", actions: [] };
      if (!isAcknowledged) {
        pending.push({ update, uuid, waiting: [], sequence, isDurable: false });
      }
      if (isEnd) break;
    }
    const stream = { ...newStream(frameworkId, taskId, path), received, pending, sequence };
    if (received.size > 0) this.#add(stream);
    const actions = pending.length > 0 ? [append(stream, path, undefined, sequence, true)] : [];
    return { outcome: "open", actions };
  }

  hasReceived(frameworkId: FrameworkId, taskId: TaskId, uuid: Uint8Array): boolean {
    return this.#streams.get(frameworkId)?.get(taskId)?.received.has(uuidKey(uuid)) ?? false;
  }

  /** Whether the task's end is told, or about to be, and not acknowledged yet. */
  isEnding(frameworkId: FrameworkId, taskId: TaskId): boolean {
    const pending = this.#streams.get(frameworkId)?.get(taskId)?.pending ?? [];
    return pending.some(({ update }) => isTerminal(update.status.state));
  }

  /** Everything up to `sequence` is on disk. */
  persisted(
    frameworkId: FrameworkId,
    taskId: TaskId,
    sequence: number,
    now: Instant,
  ): StreamAction[] {
    const stream = this.#streams.get(frameworkId)?.get(taskId);
    if (stream === undefined) return [];
    const settled = stream.pending.filter((each) => !each.isDurable && each.sequence <= sequence);
    stream.rewriteMs = undefined;
    return this.#settled(stream, settled, now);
  }

  /**
   * The file cannot be written, or not be synced. Nobody is told of what is not on disk, and no executor
   * is thanked for it: all of it is written again later, until the disk takes it. Only where the agent
   * itself says that a task has failed of which nothing was told yet, it need not be on disk: there is
   * nothing that could say otherwise later. Differs: Mesos aborts the agent.
   */
  persistFailed(frameworkId: FrameworkId, taskId: TaskId, now: Instant): StreamAction[] {
    const stream = this.#streams.get(frameworkId)?.get(taskId);
    if (stream === undefined || stream.isRewriteDue) return [];
    // The record of an acknowledgement need not get there.
    if (stream.pending.every(({ isDurable }) => isDurable)) return [];
    if (isOnlyWord(stream)) return this.#settled(stream, stream.pending, now);
    const { updateRewriteMsMin, updateRewriteMsMax } = limits;
    stream.rewriteMs =
      stream.rewriteMs === undefined
        ? updateRewriteMsMin
        : Math.min(2 * stream.rewriteMs, updateRewriteMsMax);
    stream.isRewriteDue = true;
    return [{ kind: "rewriteAt", frameworkId, taskId, at: later(now, stream.rewriteMs) }];
  }

  /** A record that is in the file already is there twice then, which reading it takes for once. */
  rewriteDue(frameworkId: FrameworkId, taskId: TaskId): StreamAction[] {
    const stream = this.#streams.get(frameworkId)?.get(taskId);
    if (stream?.path === undefined || !stream.isRewriteDue) return [];
    stream.isRewriteDue = false;
    const { path } = stream;
    return stream.pending
      .filter(({ isDurable }) => !isDurable)
      .map(({ update, sequence }) => ({
        ...append(stream, path, { type: "UPDATE", update }, sequence, true),
        isRewrite: true,
      }));
  }

  acknowledged(
    frameworkId: FrameworkId,
    taskId: TaskId,
    uuid: Uint8Array,
    now: Instant,
  ): Acknowledgement {
    const stream = this.#streams.get(frameworkId)?.get(taskId);
    if (stream === undefined) return { kind: "unexpected", reason: "no update is waiting for it" };
    const head = stream.pending[0];
    if (head === undefined || stream.retryMs === undefined || head.uuid !== uuidKey(uuid)) {
      return { kind: "unexpected", reason: "it is not of the update that was sent last" };
    }
    stream.pending.shift();
    stream.retryMs = undefined;
    const actions: StreamAction[] = [{ kind: "cancelRetry", frameworkId, taskId }];
    if (stream.path !== undefined) {
      // Nobody is told of it, so nobody waits for it: if it is lost, the update is sent once more.
      const record: internal.StatusUpdateRecord = { type: "ACK", uuid };
      actions.push(append(stream, stream.path, record, stream.sequence, false));
    }
    if (isTerminal(head.update.status.state)) {
      actions.push(...this.#end(stream));
      return { kind: "terminated", actions };
    }
    actions.push(...this.#forwardHead(stream, now));
    return { kind: "advanced", actions };
  }

  /** The pause after the last sending is over. */
  retryDue(frameworkId: FrameworkId, taskId: TaskId, now: Instant): StreamAction[] {
    const stream = this.#streams.get(frameworkId)?.get(taskId);
    if (stream?.retryMs === undefined || this.#paused) return [];
    const retryMs = Math.min(2 * stream.retryMs, limits.updateRetryMsMax);
    stream.retryMs = undefined;
    return this.#forwardHead(stream, now, retryMs);
  }

  /** Nothing is sent until `resume`: there is no master to send to. */
  pause(): void {
    this.#paused = true;
  }

  /** Sends every head at once, and starts its pauses anew. PERF: O(streams). */
  resume(now: Instant): StreamAction[] {
    this.#paused = false;
    return [...this.#streams.keys()].flatMap((each) => this.frameworkReturned(each, now));
  }

  /** The same for one framework, whose scheduler may have missed what was sent. */
  frameworkReturned(frameworkId: FrameworkId, now: Instant): StreamAction[] {
    const actions: StreamAction[] = [];
    for (const stream of this.#streams.get(frameworkId)?.values() ?? []) {
      stream.retryMs = undefined;
      actions.push(...this.#forwardHead(stream, now));
    }
    return actions;
  }

  /** The framework is gone: nobody will acknowledge. */
  frameworkRemoved(frameworkId: FrameworkId): StreamAction[] {
    const streams = this.#streams.get(frameworkId);
    return streams === undefined ? [] : [...streams.values()].flatMap((each) => this.#end(each));
  }

  /** Entries became durable (or never will): accept them, and send the head if it is one of them. */
  #settled(stream: Stream, entries: readonly Entry[], now: Instant): StreamAction[] {
    const actions: StreamAction[] = [];
    for (const entry of entries) {
      entry.isDurable = true;
      for (const each of entry.waiting.splice(0)) actions.push({ kind: "accept", ...each });
    }
    actions.push(...this.#forwardHead(stream, now));
    return actions;
  }

  #forwardHead(
    stream: Stream,
    now: Instant,
    retryMs: number = limits.updateRetryMsMin,
  ): StreamAction[] {
    const head = stream.pending[0];
    if (head === undefined || !head.isDurable || this.#paused) return [];
    if (stream.retryMs !== undefined) return [];
    stream.retryMs = retryMs;
    const { frameworkId, taskId } = stream;
    const at = later(now, retryMs);
    return [
      { kind: "forward", update: head.update },
      { kind: "retryAt", frameworkId, taskId, at },
    ];
  }

  #streamOf(update: internal.StatusUpdate, path: string | undefined): Stream {
    const frameworkId = update.framework_id.value as FrameworkId;
    const taskId = update.status.task_id.value as TaskId;
    const known = this.#streams.get(frameworkId)?.get(taskId);
    if (known !== undefined) return known;
    return this.#add(newStream(frameworkId, taskId, path));
  }

  #add(stream: Stream): Stream {
    const { frameworkId, taskId } = stream;
    const streams = this.#streams.get(frameworkId) ?? new Map<TaskId, Stream>();
    this.#streams.set(frameworkId, streams.set(taskId, stream));
    return stream;
  }

  #end(stream: Stream): StreamAction[] {
    const { frameworkId, taskId, path } = stream;
    const streams = this.#streams.get(frameworkId);
    streams?.delete(taskId);
    if (streams?.size === 0) this.#streams.delete(frameworkId);
    const cancelled: StreamAction = { kind: "cancelRetry", frameworkId, taskId };
    return path === undefined ? [cancelled] : [cancelled, { kind: "closeFile", path }];
  }
}

/** The agent's own, and the end. */
function isOnlyWord({ received, pending }: Stream): boolean {
  const [only] = pending;
  return (
    received.size === 1 &&
    only !== undefined &&
    only.update.status.source === "SOURCE_AGENT" &&
    isTerminal(only.update.status.state)
  );
}

function newStream(frameworkId: FrameworkId, taskId: TaskId, path: string | undefined): Stream {
  return {
    frameworkId,
    taskId,
    path,
    received: new Set(),
    pending: [],
    retryMs: undefined,
    rewriteMs: undefined,
    isRewriteDue: false,
    sequence: 0,
  };
}

function append(
  { frameworkId, taskId }: Stream,
  path: string,
  record: internal.StatusUpdateRecord | undefined,
  sequence: number,
  isDurable: boolean,
): Extract<StreamAction, { readonly kind: "append" }> {
  return { kind: "append", frameworkId, taskId, path, record, sequence, isDurable };
}

function uuidKey(uuid: Uint8Array | undefined): string {
  return uuid === undefined ? "" : String.fromCharCode(...uuid);
}
