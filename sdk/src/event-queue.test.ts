import assert from "node:assert/strict";
import { test } from "node:test";
import { EventQueue } from "./event-queue.ts";

test("take() gives queued events in order, then the end", async () => {
  const queue = new EventQueue<number>(10);
  queue.push(1);
  queue.push(2);
  queue.end();
  queue.push(3);
  assert.deepEqual([await queue.take(), await queue.take(), await queue.take()], [1, 2, undefined]);
});

test("take() waits for an event that is not there yet", async () => {
  const queue = new EventQueue<number>(10);
  const taken = queue.take();
  queue.push(7);
  assert.equal(await taken, 7);
});

test("fail() is thrown once, after the events before it", async () => {
  const queue = new EventQueue<number>(10);
  queue.push(1);
  queue.fail(new Error("broken"));
  queue.end();
  assert.equal(await queue.take(), 1);
  await assert.rejects(queue.take(), /broken/);
  assert.equal(await queue.take(), undefined);
});

test("room() holds the producer back until the consumer has taken one", async () => {
  const queue = new EventQueue<number>(2);
  queue.push(1);
  queue.push(2);
  assert.equal(queue.push(3), "overflow");
  let roomy = false;
  const room = queue.room().then(() => {
    roomy = true;
  });
  await Promise.resolve();
  assert.equal(roomy, false);
  assert.equal(await queue.take(), 1);
  await room;
  assert.equal(queue.push(3), "queued");
  assert.deepEqual([await queue.take(), await queue.take()], [2, 3]);
});

test("room() lets go of a producer when the queue ends", async () => {
  const queue = new EventQueue<number>(1);
  queue.push(1);
  const room = queue.room();
  queue.end();
  await room;
});

test("discard() ends the queue at once, whatever is in it", async () => {
  const queue = new EventQueue<number>(1);
  queue.push(1);
  const room = queue.room();
  queue.discard();
  await room;
  assert.equal(await queue.take(), undefined);
  const failed = new EventQueue<number>(1);
  failed.fail(new Error("broken"));
  failed.discard();
  assert.equal(await failed.take(), undefined);
});
