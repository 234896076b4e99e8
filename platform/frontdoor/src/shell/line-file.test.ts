import assert from "node:assert/strict";
import type { FileHandle } from "node:fs/promises";
import { test } from "node:test";
import { LineFile } from "./line-file.ts";

/** A disk with room for so many bytes. */
function disk(room: number) {
  let left = room;
  let text = "";
  const write = async (bytes: Uint8Array, from: number) => {
    if (left === 0) throw new Error("ENOSPC");
    const taken = bytes.subarray(from, from + left);
    left -= taken.length;
    text += Buffer.from(taken).toString("utf8");
    return { bytesWritten: taken.length };
  };
  return {
    file: new LineFile({ write } as unknown as FileHandle),
    text: () => text,
    hasRoomFor: (bytes: number) => {
      left = bytes;
    },
  };
}

test("a line after one that a full disk took a part of is a line of its own", async () => {
  const { file, text, hasRoomFor } = disk(10);
  await assert.rejects(file.append("first\nsecond\n"));
  await assert.rejects(file.append("third\n"));
  hasRoomFor(100);
  await file.append("fourth\n");
  await file.append("fifth\n");
  assert.equal(text(), "first\nseco\nfourth\nfifth\n");
});

test("a full disk that took whole lines leaves no empty one", async () => {
  const { file, text, hasRoomFor } = disk(6);
  await assert.rejects(file.append("first\nsecond\n"));
  hasRoomFor(100);
  await file.append("third\n");
  assert.equal(text(), "first\nthird\n");
});
