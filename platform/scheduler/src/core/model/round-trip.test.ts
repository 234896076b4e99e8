/** What a field table writes it reads back, for every model of the API. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { given } from "../given.ts";
import * as actions from "./actions-shape.ts";
import * as answers from "./answers-shape.ts";
import * as progress from "./deploy-progress-shape.ts";
import * as deploys from "./deploy-shape.ts";
import * as expiring from "./expiring-shape.ts";
import * as machines from "./machine-shape.ts";
import * as operations from "./operations-shape.ts";
import * as requests from "./request-shape.ts";
import * as runs from "./run-shape.ts";
import * as sandboxes from "./sandbox-shape.ts";
import { isObject, type Shape } from "./shape.ts";
import * as commands from "./shell-command-shape.ts";
import * as states from "./state-shape.ts";
import * as tasks from "./task-shape.ts";
import { arbitraryJson } from "./testing/arbitrary-json.ts";
import * as usages from "./usage-shape.ts";
import * as users from "./user-shape.ts";

const tables = [
  ...[actions, answers, progress, deploys, expiring, machines, operations, requests],
  ...[runs, sandboxes, commands, states, tasks, usages, users],
].flatMap((module) => Object.values(module).filter(isTable));

/** And not fields that several tables have in common. */
function isTable(exported: object): exported is Shape<never> {
  return "parse" in exported && "format" in exported;
}

/** Labels that are given in two forms must say the same, and made-up ones do not; that is not about round trips. */
function inOneForm(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_, value: unknown) => {
    if (!isObject(value)) return value;
    const { labels, taskLabels, ...rest } = value;
    return {
      ...rest,
      ...(rest["mesosLabels"] === undefined ? given({ labels }) : {}),
      ...(rest["mesosTaskLabels"] === undefined ? given({ taskLabels }) : {}),
    };
  });
}

for (const shape of tables) {
  test(`${shape.name}: what it writes it reads back, and writes the same again`, () => {
    fc.assert(
      fc.property(arbitraryJson(shape), (json) => {
        const read = shape.parse(inOneForm(json), "");
        // Names of one field may disagree about a part that has none; that is not about round trips.
        if (read.error !== undefined)
          fc.pre(!/ is missing$|may not be null$|must not be null$/.test(read.error));
        assert.equal(read.error, undefined);
        const written = shape.format(read.value as never);
        const again = shape.parse(JSON.parse(written), "");
        assert.deepEqual(again, read);
        assert.equal(shape.format(again.value as never), written);
      }),
      { numRuns: 15 },
    );
  });
}

test("there is a table for each model", () => {
  assert.ok(tables.length > 70, `only ${tables.length}`);
});
