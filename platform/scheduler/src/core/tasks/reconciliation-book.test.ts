/** How the last reconciliation went, in numbers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import { Fixture } from "../testing/fixture.ts";
import { reconcileNowAndThen, subscribed } from "./reconciliation.ts";
import { ReconciliationBook } from "./reconciliation-book.ts";
import { statusUpdated } from "./status-updated.ts";

const lastOf = (book: ReconciliationBook) => book.last;

test("a reconciliation is told of once every task was answered for, with how long answers took", () => {
  const book = new ReconciliationBook();
  book.started(instant(1000), 3);
  book.answered(instant(1010), false);
  book.askedAgain();
  book.answered(instant(1030), false);
  assert.equal(lastOf(book), undefined);
  book.answered(instant(1050), true);
  const last = lastOf(book);
  assert.equal(last?.taskReconciliationStartedAt, 1000);
  assert.equal(last?.taskReconciliationDurationMillis, 50);
  assert.equal(last?.taskReconciliationIterations, 2);
  assert.equal(last?.taskReconciliationResponseCount, 3);
  assert.equal(last?.taskReconciliationResponseMean, 30);
  assert.equal(last?.taskReconciliationResponseP50, 30);
  assert.equal(last?.taskReconciliationResponseMax, 50);
  book.started(instant(2000), 1);
  assert.equal(lastOf(book), last, "the one before is told of while another is under way");
  book.answered(instant(2005), true);
  assert.equal(lastOf(book)?.taskReconciliationResponseCount, 1);
});

test("subscribed() begins one, which ends with the last task's update", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 2 });
  const [first, second] = [fixture.addTask("web", 1), fixture.addTask("web", 2)];
  fixture.turn((turn) => subscribed(turn, { frameworkId: "f" }));
  const answer = (taskId: string) =>
    fixture.turn((turn) =>
      statusUpdated(turn, { taskId, state: "TASK_RUNNING", timestamp: fixture.now }),
    );
  fixture.advance(20);
  answer(first.taskId.id);
  fixture.advance(fixture.config.reconciliationPatienceMs);
  fixture.turn(reconcileNowAndThen);
  fixture.advance(10);
  answer(second.taskId.id);
  const { last } = fixture.state.link.reconciliation;
  assert.equal(last?.taskReconciliationResponseCount, 2);
  assert.equal(last?.taskReconciliationResponseMin, 20);
  assert.equal(last?.taskReconciliationIterations, 2);
});
