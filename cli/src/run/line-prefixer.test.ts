import assert from "node:assert/strict";
import { test } from "node:test";
import { LinePrefixer } from "./line-prefixer.ts";

test("LinePrefixer puts its word before every line, wherever chunks are cut", () => {
  const text = "one\n\ntwo three\nlast";
  for (let cut = 0; cut <= text.length; cut += 1) {
    const lines = new LinePrefixer("[1] ");
    const pieces = [text.slice(0, cut), text.slice(cut)].map((piece) =>
      lines.push(Buffer.from(piece)).toString(),
    );
    assert.equal(pieces.join("") + lines.end(), "[1] one\n[1] \n[1] two three\n[1] last\n");
    assert.equal(lines.end().length, 0);
  }
});

test("LinePrefixer keeps a line back until it has ended, unless it is very long", () => {
  const lines = new LinePrefixer("> ");
  assert.equal(lines.push(Buffer.from("half")).length, 0);
  assert.equal(lines.push(Buffer.from(" a line\n")).toString(), "> half a line\n");
  const long = Buffer.alloc(70_000, "x");
  assert.equal(lines.push(long).length, 2 + 70_000 + 1);
});
