import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRequest, sampleTaskId, sampleTaskMail } from "../../testing/sample-mail.ts";
import { type EmailType, emailTypes } from "../model/enums.ts";
import type { MailRecord } from "../records.ts";
import { mailDocumentOf, tasksToRead } from "./compose-mail.ts";
import type { MailBundle } from "./mail-bundles.ts";
import type { MailContext } from "./mail-context.ts";
import { formatMailHtml, formatMailText, type MailDocument } from "./mail-document.ts";
import { defaultMailSettings } from "./mail-settings.ts";

const context: MailContext = {
  settings: {
    ...defaultMailSettings,
    uiBaseUrl: "https://tavola.example/ui/",
    subjectPrefix: "[prod] ",
    timeZone: "Europe/London",
  },
  logs: new Map(),
};

function bundleOf(...records: readonly MailRecord[]): MailBundle {
  const [to, cc] = [["a@x.y"], []];
  return { to, cc, mails: records.map((record, index) => ({ key: `${index}`, record, to, cc })) };
}

function documentOf(record: MailRecord, given: Partial<MailContext> = {}): MailDocument {
  const document = mailDocumentOf(bundleOf(record), { ...context, ...given });
  assert.ok(document !== undefined);
  return document;
}

test("a mail about a task says how it ended, what happened to it, and where to see it", () => {
  const taskId = sampleTaskId(2);
  const record = sampleTaskMail("TASK_FAILED", taskId, [
    "TASK_LAUNCHED",
    "TASK_RUNNING",
    "TASK_FAILED",
  ]);
  const logs = new Map([
    [
      taskId.id,
      [
        { file: "stdout", text: "line\n<b>boom</b>" },
        { file: "logs/err", problem: "the agent is away" },
      ],
    ],
  ]);
  const document = documentOf(record, { logs });
  assert.equal(document.subject, `[prod] Task failed (${taskId.id})`);
  const text = formatMailText(document);
  for (const part of [
    `Task ${taskId.id} has failed`,
    `See the task: https://tavola.example/ui/task/${taskId.id}`,
    "launched  Sep 09, 02:46:40 GMT+1",
    "failed    Sep 09, 02:46:42 GMT+1  it ended",
    `stdout (https://tavola.example/ui/task/${taskId.id}/tail/stdout):\n    line\n    <b>boom</b>`,
    `err (https://tavola.example/ui/task/${taskId.id}/tail/logs/err):\n    (not read: the agent is away)`,
    "It is started anew at once.",
    "Host: agent1.example.com",
    "See web: https://tavola.example/ui/request/web",
  ]) {
    assert.ok(text.includes(part), `${part} in\n${text}`);
  }
  const html = formatMailHtml(document);
  assert.ok(html.includes("&lt;b&gt;boom&lt;/b&gt;") && !html.includes("<b>boom"));
  assert.ok(
    html.includes(`<a href="https://tavola.example/ui/task/${taskId.id}">See the task</a>`),
  );
});

test("a mail about a task that never ran says so in its subject", () => {
  const record = sampleTaskMail("TASK_LOST", sampleTaskId(1), ["TASK_LAUNCHED", "TASK_LOST"]);
  assert.match(documentOf(record).subject, /^\[prod\] Task never started and was lost \(web-/);
});

test("a mail about forty tasks lists each, and counts those beyond two hundred", () => {
  const records = Array.from({ length: 230 }, (_, index) =>
    sampleTaskMail("TASK_LOST", sampleTaskId(index + 1, `service-${index % 3}`), [
      "TASK_RUNNING",
      "TASK_LOST",
    ]),
  );
  const document = mailDocumentOf(bundleOf(...records.slice(0, 40)), context);
  assert.equal(document?.subject, "[prod] 40 tasks on agent1 lost");
  const text = formatMailText(document as MailDocument);
  for (const { taskHistory } of records.slice(0, 40)) {
    assert.ok(text.includes(taskHistory?.task.taskId.id ?? "?"));
  }
  const many = formatMailText(mailDocumentOf(bundleOf(...records), context) as MailDocument);
  assert.match(many, /And 30 more\./);
  const ofOne = bundleOf(
    ...records.filter(({ requestId }) => requestId === "service-0").slice(0, 2),
  );
  assert.equal(mailDocumentOf(ofOne, context)?.title, "2 tasks of service-0 on agent1 lost");
});

test("a mail about an unhealthy task shows its last check, and one about an overdue job its times", () => {
  const taskId = sampleTaskId(1);
  const base = sampleTaskMail("TASK_KILLED_UNHEALTHY", taskId, ["TASK_RUNNING", "TASK_KILLED"]);
  const result = {
    taskId,
    timestamp: taskId.startedAt,
    statusCode: 503,
    responseBody: "no database",
  };
  const taskHistory = {
    ...(base.taskHistory as NonNullable<MailRecord["taskHistory"]>),
    healthcheckResults: [result],
  };
  const text = formatMailText(documentOf({ ...base, taskHistory }));
  assert.match(text, /Status code: 503\nBody: no database/);
  const overdue = sampleTaskMail("TASK_SCHEDULED_OVERDUE_TO_FINISH", taskId, ["TASK_RUNNING"], {
    details: { runTimeMillis: 7_260_000, expectedRuntimeMillis: 3_600_000 },
  });
  assert.match(documentOf(overdue).subject, /Task overdue to finish/);
  assert.match(
    formatMailText(documentOf(overdue)),
    /Has run for: 2 h 1 min\nExpected to run for: 1 h/,
  );
});

test("a mail about a request says who did what, his words, and what follows", () => {
  const base = { at: 1_000_000_000_000, requestId: "web", request: sampleRequest, user: "jo" };
  const paused = documentOf({
    ...base,
    type: "REQUEST_PAUSED",
    message: "for\nnow",
    details: { killTasks: false, durationMillis: 60_000 },
  });
  assert.equal(paused.subject, "[prod] Request web has been paused");
  const text = formatMailText(paused);
  assert.match(text, /^Request web has been paused by jo\n=+/);
  assert.match(text, /jo says:\n {2}for\n {2}now/);
  assert.match(text, /until Sep 09, 02:47:40 GMT\+1\. Its running tasks are left to end/);
  const scaled = documentOf({
    ...base,
    type: "REQUEST_SCALED",
    details: { oldInstances: 3, newInstances: 5 },
  });
  assert.match(formatMailText(scaled), /It is to run 5 instances; before it was 3\./);
  const cooldown = documentOf({
    ...base,
    type: "REQUEST_IN_COOLDOWN",
    details: { delayMillis: 120_000 },
  });
  assert.match(formatMailText(cooldown), /only after 2 min/);
});

test("a mail about a failed deploy says why, task by task, and that the old one goes on", () => {
  const taskId = sampleTaskId(1);
  const record: MailRecord = {
    type: "DEPLOY_FAILED",
    at: taskId.startedAt,
    requestId: "web",
    user: "jo@x.y",
    message: "Its instances were not healthy in time",
    deployHistory: {
      deployMarker: {
        ...{ requestId: "web", deployId: "d2", timestamp: taskId.startedAt },
        ...{ user: "jo@x.y", message: "faster start" },
      },
      deployResult: {
        deployState: "OVERDUE",
        timestamp: taskId.startedAt + 1000,
        message: "Task(s) not healthy in time",
        deployFailures: [
          { reason: "TASK_FAILED_HEALTH_CHECKS", taskId, message: "Instance 1 failed" },
        ],
      },
    },
  };
  const logs = new Map([[taskId.id, [{ file: "stderr", text: "cannot bind" }]]]);
  const document = documentOf(record, { logs });
  assert.equal(document.subject, "[prod] Deploy d2 of web failed: it took too long");
  const text = formatMailText(document);
  assert.match(text, /jo@x\.y says:\n {2}faster start\n\nIts instances were not healthy in time\n/);
  assert.match(text, /What ran before it was not touched/);
  assert.match(text, /TASK_FAILED_HEALTH_CHECKS {2}web-.* {2}Instance 1 failed/);
  assert.match(text, /cannot bind/);
  assert.deepEqual(tasksToRead(bundleOf(record)), [taskId.id]);
  const back = documentOf({ ...record, details: { rolledBackTo: "d1" } });
  assert.match(formatMailText(back), /goes back to deploy d1/);
});

test("every type of mail has words, and none breaks on a record that holds nothing but its type", () => {
  for (const type of emailTypes) {
    const bare: MailRecord = { type, at: 1 };
    const document = mailDocumentOf(bundleOf(bare), { ...context, settings: defaultMailSettings });
    const needsMore = type.startsWith("TASK_") || type.startsWith("DEPLOY_");
    assert.equal(document === undefined, needsMore, type);
    if (document !== undefined) {
      assert.ok(formatMailText(document).length > 40);
      assert.ok(!formatMailHtml(document).includes("href"), "no console, no links");
    }
  }
});

test("tasksToRead() is a few tasks, and none whose machine is gone", () => {
  const mailOf = (type: EmailType, count: number) =>
    bundleOf(
      ...Array.from({ length: count }, (_, i) =>
        sampleTaskMail(type, sampleTaskId(i), ["TASK_FAILED"]),
      ),
    );
  assert.equal(tasksToRead(mailOf("TASK_FAILED", 40)).length, 3);
  assert.deepEqual(tasksToRead(mailOf("TASK_LOST", 2)), []);
});

test("a document lets no markup, no control characters and no other scheme through", () => {
  const document: MailDocument = {
    subject: "",
    color: "#fff",
    title: "<script>\u001b[31mred\u001b[0m\u0000",
    blocks: [
      { kind: "link", text: "x", url: "javascript:alert(1)" },
      { kind: "link", text: "\"'", url: 'https://a.b/"onclick="x' },
      { kind: "quote", by: "<i>", text: "<u>" },
      { kind: "facts", facts: [["<a>", "<b>"]] },
      { kind: "table", head: ["<th>"], rows: [["<td>"]] },
    ],
  };
  const html = formatMailHtml(document);
  assert.ok(html.includes("&lt;script&gt;red<"));
  assert.ok(!/<(script|i|u|a|b|td|th)>|href="javascript|"onclick/.test(html), html);
});

test("a subject is one line of bounded length", () => {
  const record: MailRecord = {
    type: "REQUEST_PAUSED",
    at: 1,
    requestId: `x\r\nBcc: a@b.c ${"y".repeat(400)}`,
  };
  const { subject } = documentOf(record);
  assert.ok(!/[\r\n]/.test(subject) && subject.length <= 250);
});
