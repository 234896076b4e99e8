import assert from "node:assert/strict";
import { test } from "node:test";
import { durationWords } from "./duration-words.ts";

test("durationWords() says the two largest units", () => {
  assert.equal(durationWords(0), "0 ms");
  assert.equal(durationWords(250), "250 ms");
  assert.equal(durationWords(60_000), "1 min");
  assert.equal(durationWords(175_000), "2 min 55 s");
  assert.equal(durationWords(90_061_000), "1 d 1 h");
});
