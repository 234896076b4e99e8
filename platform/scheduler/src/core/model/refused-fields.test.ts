import assert from "node:assert/strict";
import { test } from "node:test";
import { deployShape } from "./deploy-shape.ts";
import { requestShape } from "./request-shape.ts";

const deploy = (labels: object) => deployShape.parse({ requestId: "r", id: "d", ...labels }, "");

test("owners that are null are refused in Singularity's words", () => {
  const json = { id: "web", requestType: "SERVICE", owners: ["ann", null] };
  assert.equal(requestShape.parse(json, "").error, "Request owners cannot contain null values");
});

test("both forms of labels are understood where they agree, and refused where they do not", () => {
  const [a, b] = [
    { key: "a", value: "1" },
    { key: "b", value: "" },
  ];
  const agreeing = deploy({ labels: { a: "1", b: "" }, mesosLabels: [b, a] });
  assert.deepEqual(agreeing.value?.mesosLabels, [b, a]);
  const sentence = "Can only specify one of 'labels' or 'mesosLabels";
  assert.equal(deploy({ labels: { a: "2" }, mesosLabels: [a] }).error, sentence);
  assert.equal(deploy({ labels: { a: "1", c: "3" }, mesosLabels: [a] }).error, sentence);
  assert.equal(deploy({ labels: { a: "1" }, mesosLabels: [a, b] }).error, sentence);
});

test("the same goes for the labels of single instances", () => {
  const mesosTaskLabels = { 1: [{ key: "a", value: "1" }], 2: [{ key: "b" }] };
  const agreeing = deploy({ taskLabels: { 1: { a: "1" }, 2: { b: "" } }, mesosTaskLabels });
  assert.equal(agreeing.error, undefined);
  const sentence = "Can only specify one of 'taskLabels' or 'mesosTaskLabels";
  assert.equal(deploy({ taskLabels: { 1: { a: "2" } }, mesosTaskLabels }).error, sentence);
  assert.equal(deploy({ taskLabels: { 3: { a: "1" } }, mesosTaskLabels }).error, sentence);
});
