import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asId,
  type ContainerId,
  type FrameworkId,
  instant,
  later,
  randomInt,
  seededRandom,
  type TaskId,
} from "@tavola/base";
import type { internal, TaskState } from "@tavola/protocol";
import { StatusUpdateStreams, type StreamAction } from "./status-update-streams.ts";

const framework = asId<FrameworkId>("f");
const task = asId<TaskId>("t");
const container = asId<ContainerId>("c");
const start = instant(0);

function uuidOf(n: number): Uint8Array {
  return new Uint8Array(16).fill(n);
}

function update(n: number, state: TaskState = "TASK_RUNNING"): internal.StatusUpdate {
  return {
    framework_id: { value: framework },
    status: { task_id: { value: task }, state },
    timestamp: n,
    uuid: uuidOf(n),
  };
}

function received(
  streams: StatusUpdateStreams,
  n: number,
  options: { state?: TaskState; path?: string } = {},
): StreamAction[] {
  const { state, path } = options;
  return streams.received({ update: update(n, state), path, reporter: container }, start);
}

function kindsOf(actions: readonly StreamAction[]): string[] {
  return actions.map(({ kind }) => kind);
}

function running(): StatusUpdateStreams {
  const streams = new StatusUpdateStreams();
  streams.resume(start);
  return streams;
}

test("one update is out at a time; an acknowledgement sends the next", () => {
  const streams = running();
  assert.deepEqual(kindsOf(received(streams, 1)), ["accept", "forward", "retryAt"]);
  assert.deepEqual(kindsOf(received(streams, 2)), ["accept"]);
  const outcome = streams.acknowledged(framework, task, uuidOf(1), start);
  assert.ok(outcome.kind === "advanced");
  assert.deepEqual(kindsOf(outcome.actions), ["cancelRetry", "forward", "retryAt"]);
});

test("an unexpected acknowledgement changes nothing", () => {
  const streams = running();
  received(streams, 1);
  received(streams, 2);
  assert.equal(streams.acknowledged(framework, task, uuidOf(2), start).kind, "unexpected");
  assert.equal(streams.acknowledged(framework, task, uuidOf(1), start).kind, "advanced");
  assert.equal(streams.acknowledged(framework, task, uuidOf(1), start).kind, "unexpected");
  assert.equal(
    streams.acknowledged(asId<FrameworkId>("g"), task, uuidOf(1), start).kind,
    "unexpected",
  );
});

test("a duplicate is accepted again and not sent again", () => {
  const streams = running();
  received(streams, 1);
  assert.deepEqual(kindsOf(received(streams, 1)), ["accept"]);
  streams.acknowledged(framework, task, uuidOf(1), start);
  assert.deepEqual(kindsOf(received(streams, 1)), ["accept"]);
});

test("a checkpointed update is written first, then accepted and sent", () => {
  const streams = running();
  const [append, ...rest] = received(streams, 1, { path: "/p" });
  assert.deepEqual(rest, []);
  assert.ok(append?.kind === "append" && append.isDurable && append.path === "/p");
  assert.equal(append.record?.type, "UPDATE");
  // While it is being written, a duplicate must not be accepted.
  assert.deepEqual(received(streams, 1, { path: "/p" }), []);
  assert.deepEqual(kindsOf(streams.persisted(framework, task, append.sequence, start)), [
    "accept",
    "forward",
    "retryAt",
  ]);
  const outcome = streams.acknowledged(framework, task, uuidOf(1), start);
  assert.ok(outcome.kind === "advanced");
  const ack = outcome.actions.find((each) => each.kind === "append");
  assert.deepEqual(ack?.record, { type: "ACK", uuid: uuidOf(1) });
});

test("an update that cannot be written is told to nobody, and written again until it is on disk", () => {
  const streams = running();
  received(streams, 1, { path: "/p" });
  let now = start;
  const pauses: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    const [planned, ...others] = streams.persistFailed(framework, task, now);
    assert.ok(planned?.kind === "rewriteAt" && others.length === 0);
    assert.deepEqual(streams.persistFailed(framework, task, now), [], "known already");
    pauses.push((planned.at - now) / 1000);
    now = planned.at;
    if (n === 0) assert.deepEqual(received(streams, 2, { path: "/p" }), [], "it waits its turn");
    const rewritten = streams.rewriteDue(framework, task);
    assert.deepEqual(
      rewritten.map((each) => each.kind === "append" && [each.sequence, each.isRewrite]),
      [
        [1, true],
        [2, true],
      ],
    );
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 15, 15]);
  assert.deepEqual(kindsOf(streams.persisted(framework, task, 2, now)), [
    "accept",
    "accept",
    "forward",
    "retryAt",
  ]);
  assert.deepEqual(streams.rewriteDue(framework, task), []);
  assert.deepEqual(streams.persistFailed(framework, task, now), [], "an acknowledgement's record");
});

test("the agent's own word that a task failed goes out though it cannot be written", () => {
  const streams = running();
  const made = update(1, "TASK_FAILED");
  const failed = { ...made, status: { ...made.status, source: "SOURCE_AGENT" } } as const;
  streams.received({ update: failed, path: "/p", reporter: undefined }, start);
  assert.deepEqual(kindsOf(streams.persistFailed(framework, task, start)), ["forward", "retryAt"]);
  const outcome = streams.acknowledged(framework, task, uuidOf(1), start);
  assert.equal(outcome.kind, "terminated");
});

test("what is not acknowledged is sent again after 10 s, doubling up to 10 min", () => {
  const streams = running();
  let at = received(streams, 1).find((each) => each.kind === "retryAt")?.at;
  const pauses: number[] = [];
  let now = start;
  for (let n = 0; n < 9; n += 1) {
    assert.ok(at !== undefined);
    pauses.push((at - now) / 1000);
    now = at;
    const actions = streams.retryDue(framework, task, now);
    assert.equal(kindsOf(actions)[0], "forward");
    at = actions.find((each) => each.kind === "retryAt")?.at;
  }
  assert.deepEqual(pauses, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
});

test("the acknowledgement of a terminal update ends the stream", () => {
  const streams = running();
  received(streams, 1, { state: "TASK_FINISHED", path: "/p" });
  streams.persisted(framework, task, 1, start);
  const outcome = streams.acknowledged(framework, task, uuidOf(1), start);
  assert.equal(outcome.kind, "terminated");
  assert.ok(outcome.kind === "terminated");
  assert.deepEqual(kindsOf(outcome.actions), ["cancelRetry", "append", "cancelRetry", "closeFile"]);
  assert.equal(streams.size, 0);
});

test("paused, nothing is sent; resumed, every head is", () => {
  const streams = running();
  streams.pause();
  assert.deepEqual(kindsOf(received(streams, 1)), ["accept"]);
  assert.deepEqual(streams.retryDue(framework, task, later(start, 10_000)), []);
  assert.deepEqual(kindsOf(streams.resume(start)), ["forward", "retryAt"]);
});

test("random losses, duplicates and slow disks: every update arrives, in order", () => {
  for (let seed = 1; seed <= 50; seed += 1) deliverAtRandom(seed);
});

/** A model of everything around the streams that loses, repeats and delays. */
function deliverAtRandom(seed: number): void {
  const random = seededRandom(seed);
  const streams = running();
  const updatesMax = 6;
  const path = seed % 2 === 0 ? "/p" : undefined;
  const arrived: number[] = [];
  let now = start;
  let made = 0;
  let written = 0;
  let toWrite = 0;
  let retryAt: number | undefined;
  const perform = (actions: readonly StreamAction[]): void => {
    for (const action of actions) {
      if (action.kind === "append") toWrite = Math.max(toWrite, action.sequence);
      if (action.kind === "retryAt") retryAt = action.at;
      if (action.kind === "cancelRetry") retryAt = undefined;
      if (action.kind === "accept")
        assert.ok(path === undefined || written >= action.update.timestamp);
      if (action.kind !== "forward" || randomInt(random, 3) === 0) continue;
      const n = action.update.timestamp;
      if (arrived.at(-1) !== n) arrived.push(n);
      // The acknowledgement may be lost, or come twice.
      for (let times = randomInt(random, 3); times > 0; times -= 1) {
        const outcome = streams.acknowledged(framework, task, uuidOf(n), now);
        if (outcome.kind !== "unexpected") perform(outcome.actions);
      }
    }
  };
  for (let step = 0; step < 2000 && (made < updatesMax || streams.size > 0); step += 1) {
    const dice = randomInt(random, 4);
    if (dice === 0 && made < updatesMax) {
      made += 1;
      const state = made === updatesMax ? "TASK_FINISHED" : "TASK_RUNNING";
      perform(streams.received({ update: update(made, state), path, reporter: container }, now));
    } else if (dice === 1 && streams.size > 0) {
      const again = update(1 + randomInt(random, made));
      perform(streams.received({ update: again, path, reporter: container }, now));
    } else if (dice === 2 && written < toWrite) {
      written += 1;
      perform(streams.persisted(framework, task, written, now));
    } else if (retryAt !== undefined) {
      now = instant(Math.max(now, retryAt));
      perform(streams.retryDue(framework, task, now));
    }
  }
  assert.deepEqual(arrived, [1, 2, 3, 4, 5, 6], `seed ${seed}`);
}

test("what repeats an update that is being written is accepted with it, not before", () => {
  const streams = running();
  const [append] = received(streams, 1, { path: "/p" });
  assert.ok(append?.kind === "append");
  const other = update(2);
  assert.deepEqual(streams.repeated(other, container), []);
  const settled = streams.persisted(framework, task, append.sequence, start);
  assert.deepEqual(
    settled.flatMap((action) => (action.kind === "accept" ? [action.update.uuid?.[0]] : [])),
    [1, 2],
  );
  assert.deepEqual(kindsOf(streams.repeated(other, container)), ["accept"]);
});

test("what was read of an earlier agent's file is made durable before it is accepted or told", () => {
  const streams = new StatusUpdateStreams();
  const { outcome, actions } = streams.recovered({
    frameworkId: framework,
    taskId: task,
    path: "/p",
    records: [{ type: "UPDATE", update: update(1) }],
  });
  assert.equal(outcome, "open");
  const [append] = actions;
  assert.ok(append?.kind === "append" && append.isDurable && append.record === undefined);
  assert.deepEqual(streams.resume(start), []);
  assert.deepEqual(received(streams, 1, { path: "/p" }), []);
  assert.deepEqual(kindsOf(streams.persisted(framework, task, append.sequence, start)), [
    "accept",
    "forward",
    "retryAt",
  ]);
});
