import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { ReadShare } from "./read-share.ts";

function reading() {
  const socket = new PassThrough();
  socket.resume();
  return { socket, share: new ReadShare(socket) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a socket rests after 64 KiB, until the turn's end", async () => {
  const { socket, share } = reading();
  share.took(65_535);
  assert.equal(socket.isPaused(), false);
  share.took(1);
  assert.equal(socket.isPaused(), true);
  await turn();
  assert.equal(socket.isPaused(), false);
});

test("a rest does not end its owner's pause, nor a resume the rest", async () => {
  const { socket, share } = reading();
  share.took(65_536);
  share.pause();
  await turn();
  assert.equal(socket.isPaused(), true);
  share.resume();
  assert.equal(socket.isPaused(), false);
  share.took(65_536);
  share.pause();
  share.resume();
  assert.equal(socket.isPaused(), true);
  await turn();
  assert.equal(socket.isPaused(), false);
});
