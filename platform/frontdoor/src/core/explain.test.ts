import assert from "node:assert/strict";
import { test } from "node:test";
import { pathCases } from "../plane/testing/path-cases.ts";
import { explain, whyRefused } from "./explain.ts";
import { parsedRules } from "./testing/parsed-rules.ts";
import { requestFacts } from "./testing/request-facts.ts";

test("explain() says of every line why it did not decide, and which one did", () => {
  const rules = parsedRules(`
    HTTP_HOST=x.com REQUEST_METHOD!=GET|HEAD passthru a
    REQUEST_URI=/old/* rewrite /new/*
    REQUEST_URI=/old/* passthru b
    REQUEST_URI=/new/* passthru c strip=/new
    passthru d
  `);
  const { decision, lines } = explain(rules, requestFacts({ uri: "/old/a", host: "x.com" }));
  assert.equal(decision.rule?.line, 5);
  assert.deepEqual(
    lines.map(({ rule, ...rest }) => [rule.line, rest]),
    [
      [2, { outcome: "not met", condition: "REQUEST_METHOD!=GET|HEAD", value: "GET" }],
      [3, { outcome: "rewrites", uri: "/new/a" }],
      [4, { outcome: "not met", condition: "REQUEST_URI=/old/*", value: "/new/a" }],
      [5, { outcome: "decides" }],
      [6, { outcome: "not reached" }],
    ],
  );
});

test("explain() says that nothing decides", () => {
  const { decision, lines } = explain(parsedRules("REQUEST_URI=/a passthru a"), requestFacts());
  assert.equal(decision.rule, undefined);
  assert.equal(lines[0]?.outcome, "not met");
  const often = explain(parsedRules("rewrite /a\n".repeat(20)), requestFacts());
  assert.equal(often.decision.rule, undefined);
  assert.deepEqual(
    new Set(often.lines.map(({ outcome }) => outcome)),
    new Set(["rewrites", "not reached"]),
  );
  assert.equal(often.lines.length, 20);
});

test("whyRefused() says of which targets no line is asked", () => {
  for (const { title, target, handedOn } of pathCases) {
    assert.equal(whyRefused(target) === undefined, handedOn !== undefined, title);
  }
  assert.equal(whyRefused("//admin"), "the path begins with two slashes");
  for (const target of ["/a b", "/é", "/a?b\r\n"]) {
    assert.equal(whyRefused(target), "the target has characters that no URI may have");
  }
});
