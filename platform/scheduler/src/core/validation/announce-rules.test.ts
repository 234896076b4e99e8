import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deploy } from "../model/deploy.ts";
import { defaultSchedulerConfig } from "../scheduler-config.ts";
import { discoveryRules, drainRules } from "./announce-rules.ts";
import { firstSentence } from "./rules.ts";

const deploy: Deploy = {
  requestId: "web",
  id: "d1",
  resources: { cpus: 1, memoryMb: 64, numPorts: 2, diskMb: 0 },
};

test("discoveryRules refuse names, weights and ports that discovery or the task does not have", () => {
  const cases: readonly (readonly [Deploy["discovery"], string | undefined])[] = [
    [undefined, undefined],
    [{}, undefined],
    [
      { name: "clock", feature: "v2:b", weight: 0, ports: [{ index: 1 }, { number: 80 }] },
      undefined,
    ],
    [{ name: "" }, "discovery name"],
    [{ name: "a:b" }, "discovery name"],
    [{ name: "discovery" }, "discovery name"],
    [{ name: "a".repeat(256) }, "discovery name"],
    [{ feature: "a\nb" }, "discovery feature"],
    [{ weight: -1 }, "discovery weight"],
    [{ ports: [{ index: 2 }] }, "discovery port index 2 is none of the task's 2 ports"],
    [{ ports: [{ index: -1 }] }, "discovery port index -1"],
    [{ ports: [{ number: 70_000 }] }, "discovery port number must be 1 to 65535, not 70000"],
  ];
  for (const [discovery, expected] of cases) {
    const posted = discovery === undefined ? deploy : { ...deploy, discovery };
    const sentence = firstSentence(posted, discoveryRules);
    if (expected === undefined) assert.equal(sentence, undefined);
    else assert.ok(sentence?.startsWith(expected), `${sentence}, wanted ${expected}`);
  }
});

test("discoveryRules refuse labels that discovery would not take, also those of a single task", () => {
  const type = "discovery.serviceType";
  const cases: readonly (readonly [string, string | undefined, boolean])[] = [
    [type, "clock", true],
    [type, "clock:v2", false],
    [type, "discovery", false],
    [type, undefined, false],
    ["discovery.feature", "v2:b", true],
    ["discovery.feature", undefined, true],
    ["discovery.feature", "a".repeat(256), false],
    ["discovery.feature", "a\nb", false],
    ["discovery.weight", "0.5", true],
    ["discovery.weight", "heavy", false],
    ["discovery.weight", "-1", false],
    ["other", "a\nb", true],
  ];
  for (const [key, value, isTaken] of cases) {
    const label = value === undefined ? { key } : { key, value };
    for (const labels of [{ mesosLabels: [label] }, { mesosTaskLabels: { 2: [label] } }]) {
      const sentence = firstSentence({ ...deploy, ...labels }, discoveryRules);
      if (isTaken) assert.equal(sentence, undefined);
      else assert.ok(sentence?.startsWith(`label ${key} must `), `${key} ${value}: ${sentence}`);
    }
  }
});

test("drainRules refuse a drain time that is longer than the operator allows", () => {
  const rules = drainRules(defaultSchedulerConfig);
  const sentences = [0, 600_000, 600_001, -1].map((killAfterDrainMillis) =>
    firstSentence({ id: "web", requestType: "SERVICE", killAfterDrainMillis }, rules),
  );
  assert.deepEqual(
    sentences.map((sentence) => sentence?.slice(0, 39)),
    [
      undefined,
      undefined,
      "killAfterDrainMillis must be 0 to 60000",
      "killAfterDrainMillis must be 0 to 60000",
    ],
  );
});
