/** How connections are told apart; the cases are libprocess's own rule (process.cpp, libprocess()). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOfHead } from "./connection-kind.ts";

const kind = (head: string): string => kindOfHead(Buffer.from(head, "latin1"));

test("kindOfHead() knows a message by its sender or its user agent, in any case", () => {
  assert.equal(kind("POST /a/b HTTP/1.1\r\nLibprocess-From: x@1.2.3.4:5\r\n\r\n"), "libprocess");
  assert.equal(kind("POST /a/b HTTP/1.1\r\nlibprocess-from: x@1.2.3.4:5\r\n\r\n"), "libprocess");
  assert.equal(
    kind("POST /a/b HTTP/1.1\r\nUser-Agent: libprocess/x@1.2.3.4:5\r\n\r\n"),
    "libprocess",
  );
  // Decided as soon as the header is there, not only at the end of the head.
  assert.equal(kind("POST /a/b HTTP/1.1\r\nLibprocess-From: x@1.2"), "libprocess");
});

test("kindOfHead() takes everything else for HTTP", () => {
  assert.equal(kind("GET / HTTP/1.1\r\nLibprocess-From: x@1.2.3.4:5\r\n\r\n"), "http");
  assert.equal(kind("POST / HTTP/1.1\r\nUser-Agent: curl libprocess/\r\n\r\n"), "http");
  assert.equal(kind("POST / HTTP/1.1\r\nX: libprocess-from: y\r\n\r\n"), "http");
  assert.equal(kind("\x16\x03\x01"), "http");
  assert.equal(kind(`POST / HTTP/1.1\r\nX: ${"y".repeat(20_000)}`), "http");
});

test("kindOfHead() waits while a head could still become a message", () => {
  const head = "POST /a/b HTTP/1.1\r\nHost: x\r\nLibprocess-From: x";
  const decided = head.indexOf("Libprocess-From:") + "Libprocess-From:".length;
  for (let length = 0; length < decided; length += 1) {
    assert.equal(kind(head.slice(0, length)), "undecided", head.slice(0, length));
  }
  assert.equal(kind(head.slice(0, decided)), "libprocess");
});
