/** What is refused of what is done to requests, and of the small bodies, with its sentence. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { config, type Json, random, requestOf, sentenceOf } from "./testing/judged-bodies.ts";
import {
  validateGroup,
  validatePause,
  validateStarredRequests,
  validateTaskMetadata,
  validateUserId,
  validateWebhook,
} from "./validate-action.ts";
import { validateBounce } from "./validate-bounce.ts";
import {
  belowFreezeSentence,
  validatePriority,
  validatePriorityFreeze,
} from "./validate-priority.ts";
import { validateScale } from "./validate-scale.ts";

test("validateScale() guards against scaling far down, and counts agents", () => {
  const judge = (json: Json, instances: number, isLargeScaleDownAcknowledged = false) =>
    validateScale({ instances }, requestOf(json), {
      config,
      activeAgents: 3,
      isLargeScaleDownAcknowledged,
    });
  assert.equal(
    sentenceOf(judge({ instances: 2 }, 2)),
    "Scale request has no affect on the # of instances (2)",
  );
  assert.equal(sentenceOf(judge({}, 0)), "Instances must be greater than 0");
  assert.equal(
    sentenceOf(judge({ instances: 20 }, 5)),
    "Cannot scale down by more than 10 instances at a time without explicit acknowledgement (set the largeScaleDownAcknowledged field in the request)",
  );
  assert.equal(
    sentenceOf(judge({ instances: 14 }, 6)),
    "Cannot scale down by more than half of current instances without explicit acknowledgement (set the largeScaleDownAcknowledged field in the request)",
  );
  assert.equal(judge({ instances: 20 }, 5, true).value?.instances, 5);
  assert.equal(
    sentenceOf(judge({ slavePlacement: "SEPARATE" }, 4)),
    "Not enough active agents to successfully scale request web to 4 instances (minimum required: 4, current: 3).",
  );
  assert.equal(
    sentenceOf(judge({ maxScale: 2 }, 3)),
    "Instances (3) cannot be greater than 2 (maxScale in request)",
  );
});

test("validateBounce() wants agents for old and new, and fills in when it ends", () => {
  const judge = (json: Json, bounce: object = {}) =>
    validateBounce(bounce, requestOf(json), { config, activeAgents: 3, random });
  assert.equal(
    sentenceOf(judge({ requestType: "ON_DEMAND" })),
    "Can not bounce a ON_DEMAND request (web)",
  );
  assert.match(
    sentenceOf(judge({ slavePlacement: "SEPARATE", instances: 2 })) ?? "",
    /^Not enough active agents to successfully complete a bounce .*minimum required: 4, current: 3/,
  );
  const incremental = judge({ slavePlacement: "SEPARATE", instances: 2 }, { incremental: true });
  assert.equal(incremental.value?.durationMillis, 3_600_000);
  assert.match(incremental.value?.actionId ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(
    sentenceOf(judge({}, { durationMillis: -1 })),
    "durationMillis must be greater than 0, not -1",
  );
});

test("validatePause() knows the commands that may be run before", () => {
  const judge = (name: string, options: readonly string[] = []) =>
    sentenceOf(validatePause({ runShellCommandBeforeKill: { name, options } }, config));
  assert.equal(judge("rm"), "Shell command rm not in [jstack]");
  assert.equal(judge("jstack", ["-x"]), "Shell command jstack does not have option -x ([-l])");
  assert.equal(judge("jstack", ["-l"]), undefined);
});

test("validatePriorityFreeze() and validatePriority() want a level in range; a freeze has an id", () => {
  assert.equal(
    sentenceOf(validatePriorityFreeze({ minimumPriorityLevel: 0, killTasks: false }, random)),
    "minimumPriorityLevel 0 is invalid, must be greater than 0 and less than or equal to 1.",
  );
  const freeze = validatePriorityFreeze({ minimumPriorityLevel: 0.6, killTasks: false }, random);
  assert.ok(freeze.value?.actionId !== undefined);
  const parent = { priorityFreeze: freeze.value, timestamp: 1 };
  assert.equal(
    belowFreezeSentence(requestOf({ requestType: "WORKER" }), parent, config),
    "Priority level of request web (0.5) is lower than active priority freeze (0.6)",
  );
  assert.equal(belowFreezeSentence(requestOf({}), parent, config), undefined);
  assert.equal(
    sentenceOf(validatePriority({ priority: 2 })),
    "Request taskPriorityLevel 2 is invalid, must be between 0 and 1 (inclusive).",
  );
});

test("the small bodies are refused with their sentences", () => {
  const group = (id: string) => sentenceOf(validateGroup({ id, requestIds: [] }, config));
  assert.equal(group("a b"), "Id cannot be null or contain characters other than [a-zA-Z0-9_-]");
  const long = "g".repeat(100);
  assert.equal(group(long), `Id must be less than 100 characters, it is 100 (${long})`);
  const hook = (uri: string) =>
    sentenceOf(validateWebhook({ uri, type: "TASK", timestamp: 0, id: "" }));
  assert.equal(hook("not a uri"), "Invalid URI provided");
  assert.equal(hook("http://hooks/$REQUEST_ID?t=$TASK_ID"), undefined);
  assert.equal(sentenceOf(validateUserId("", config)), "User ID must be present and non-null");
  assert.equal(
    sentenceOf(validateUserId("u".repeat(101), config)),
    "User ID cannot be more than 100 characters, it was 101",
  );
  assert.equal(
    sentenceOf(validateStarredRequests(new Array(5001).fill("r"), config)),
    "Cannot have more than 5000 starred requests",
  );
  const typed = { ...config, allowedMetadataTypes: ["note"] };
  const metadata = { type: "alert", title: "t" };
  assert.equal(
    sentenceOf(validateTaskMetadata(metadata, typed)),
    "alert is not one of the allowed metadata types [note]",
  );
  assert.equal(sentenceOf(validateTaskMetadata(metadata, config)), undefined);
  const { maxMetadataTitleLength, maxMetadataMessageLength } = config;
  const title = "t".repeat(maxMetadataTitleLength + 1);
  assert.equal(
    sentenceOf(validateTaskMetadata({ ...metadata, title }, config)),
    `Task metadata title too long, must be less than ${maxMetadataTitleLength} bytes`,
  );
  const message = "m".repeat(maxMetadataMessageLength + 1);
  assert.equal(
    sentenceOf(validateTaskMetadata({ ...metadata, message }, config)),
    `Task metadata message too long, must be less than ${maxMetadataMessageLength} bytes`,
  );
});
