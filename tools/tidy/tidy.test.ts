import assert from "node:assert/strict";
import { test } from "node:test";
import { cycleRule } from "./cycles.ts";
import { headerRule, manifestRule, namingRule, readmeRule, unfinishedRule } from "./files.ts";
import { layerRule } from "./layers.ts";
import { purityRule } from "./purity.ts";
import { type Rule, sourceTree } from "./source-tree.ts";

const manifests = {
  "kernel/base/package.json": '{"name":"@tavola/base"}',
  "kernel/host/package.json": '{"name":"@tavola/host","dependencies":{"@tavola/base":"*"}}',
  "kernel/master/package.json": '{"name":"@tavola/master"}',
  "platform/stats/package.json": '{"name":"@tavola/stats"}',
  "test-servers/package.json": '{"name":"@tavola/test-servers"}',
  "e2e/package.json": '{"name":"@tavola/e2e"}',
};

function messages(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  const tree = sourceTree(new Map(Object.entries({ ...manifests, ...files })));
  return rule(tree)
    .map(({ path, line, message }) => `${path}${line === undefined ? "" : `:${line}`} ${message}`)
    .filter((finding) => Object.keys(files).some((path) => finding.startsWith(path)));
}

test("layerRule() lets a package import from a lower layer", () => {
  assert.deepEqual(
    messages(layerRule, { "kernel/host/src/a.ts": 'import { b } from "@tavola/base";' }),
    [],
  );
});

test("layerRule() refuses an import from a higher layer, with its line", () => {
  assert.deepEqual(
    messages(layerRule, { "kernel/base/src/a.ts": '\nimport {\n  b,\n} from "@tavola/host";' }),
    [
      "kernel/base/src/a.ts:2 import of @tavola/host: layer 0 (kernel/base) may not import layer 3 (kernel/host)",
    ],
  );
});

test("layerRule() refuses a side door, a detour by path, and dynamic imports alike", () => {
  const found = messages(layerRule, {
    "kernel/host/src/a.ts": 'import "@tavola/base/src/ids.ts";',
    "kernel/host/src/b.ts": 'export { x } from "../../base/src/ids.ts";',
    "kernel/host/src/c.ts": 'const m = await import("@tavola/master");',
  });
  assert.equal(found.length, 3);
  assert.match(found[0] ?? "", /by their door only/);
  assert.match(found[1] ?? "", /may not leave its package/);
  assert.match(found[2] ?? "", /layer 3 \(kernel\/host\) may not import layer 5/);
});

test("layerRule() keeps the platform away from the daemons", () => {
  assert.match(
    messages(layerRule, { "platform/stats/src/a.ts": 'import "@tavola/master";' })[0] ?? "",
    /only over the wire/,
  );
});

test("layerRule() keeps real servers to tests and to what is above the command", () => {
  const text = 'import { startZooKeeper } from "@tavola/test-servers";';
  const refused = ["kernel/host/src/a.ts", "kernel/master/src/a.ts", "kernel/base/src/a.test.ts"];
  for (const path of refused) {
    assert.match(messages(layerRule, { [path]: text })[0] ?? "", /only tests, testing\/ folders/);
  }
  const allowed = [
    "kernel/host/src/a.test.ts",
    "kernel/master/src/testing/a.ts",
    "platform/stats/src/a.test.ts",
    "e2e/failover.ts",
  ];
  for (const path of allowed) assert.deepEqual(messages(layerRule, { [path]: text }), [], path);
});

test("layerRule() does not read imports in comments", () => {
  assert.deepEqual(
    messages(layerRule, {
      "kernel/base/src/a.ts": '// import "@tavola/host";\n/* import "@tavola/host" */',
    }),
    [],
  );
});

test("layerRule() wants every package in the table", () => {
  assert.match(
    messages(layerRule, { "kernel/attic/package.json": '{"name":"@tavola/attic"}' })[0] ?? "",
    /no layer/,
  );
});

test("cycleRule() finds a cycle of values, and lets types and lazy imports pass", () => {
  const b = 'import { a } from "./a.ts";';
  assert.equal(
    messages(cycleRule, { "sdk/a.ts": 'import { b } from "./b.ts";', "sdk/b.ts": b }).length,
    1,
  );
  assert.deepEqual(
    messages(cycleRule, { "sdk/a.ts": 'import type { b } from "./b.ts";', "sdk/b.ts": b }),
    [],
  );
  assert.deepEqual(
    messages(cycleRule, { "sdk/a.ts": 'const b = () => import("./b.ts");', "sdk/b.ts": b }),
    [],
  );
});

test("purityRule() refuses clocks, dice, timers, environment and Node's modules in pure code", () => {
  const text = [
    'import { readFileSync } from "node:fs";',
    "Date.now();",
    "Math.random();",
    "setTimeout(f, 1);",
    "process.env.HOME;",
    'const said = "a Date in words"; // and Date in a comment',
  ].join("\n");
  assert.equal(messages(purityRule, { "kernel/base/src/a.ts": text }).length, 5);
  assert.equal(messages(purityRule, { "kernel/master/src/core/a.ts": text }).length, 5);
  assert.deepEqual(messages(purityRule, { "kernel/master/src/shell/a.ts": text }), []);
});

test("headerRule() wants a header comment in everything but tests", () => {
  assert.equal(messages(headerRule, { "sdk/a.ts": "const a = 1;" }).length, 1);
  assert.deepEqual(messages(headerRule, { "sdk/a.ts": "#!/usr/bin/env node\n/** Owns a. */" }), []);
  assert.deepEqual(messages(headerRule, { "sdk/a.test.ts": "const a = 1;" }), []);
});

test("namingRule() refuses camel case, drawers for everything, and default exports", () => {
  assert.equal(messages(namingRule, { "sdk/fooBar.ts": "" }).length, 1);
  assert.equal(messages(namingRule, { "sdk/utils.ts": "" }).length, 1);
  assert.equal(messages(namingRule, { "sdk/a.ts": "export default 1;" }).length, 1);
  assert.deepEqual(messages(namingRule, { "sdk/offer-filters.test.ts": "" }), []);
});

test("readmeRule() and manifestRule() hold packages to what they say", () => {
  const folder = "kernel/master";
  assert.equal(
    messages(readmeRule, { [`${folder}/package.json`]: '{"name":"@tavola/master"}' }).length,
    1,
  );
  assert.deepEqual(
    messages(manifestRule, {
      [`${folder}/package.json`]: '{"name":"@tavola/master","dependencies":{"@tavola/base":"*"}}',
      [`${folder}/src/a.ts`]: 'import "@tavola/host";',
    }),
    [
      `${folder}/package.json imports @tavola/host but does not list it`,
      `${folder}/package.json lists @tavola/base but does not import it`,
    ],
  );
});

test("unfinishedRule() finds what calls itself unfinished, and tests that do not run", () => {
  const marker = ["TO", "DO"].join("");
  assert.equal(messages(unfinishedRule, { "sdk/a.ts": `// ${marker}: later` }).length, 1);
  assert.equal(
    messages(unfinishedRule, { "sdk/a.test.ts": ["test", "skip('x')"].join(".") }).length,
    1,
  );
});
