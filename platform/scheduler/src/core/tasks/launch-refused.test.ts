import assert from "node:assert/strict";
import { test } from "node:test";
import { Fixture } from "../testing/fixture.ts";
import { launchRefused } from "./launch-refused.ts";

test("tasks whose launch was refused end in error, with the master's reason; others do not", () => {
  const fixture = new Fixture();
  fixture.addService({ id: "web", instances: 2 });
  const launched = fixture.addTask("web", 1, { state: "TASK_LAUNCHED" }).taskId.id;
  const running = fixture.addTask("web", 2).taskId.id;
  const taskIds = [launched, running, "gone"];
  fixture.turn((turn) => launchRefused(turn, { taskIds, reason: "no such role" }));
  assert.deepEqual(
    fixture.tasksOf("web").map(({ taskId }) => taskId.id),
    [running],
  );
  const update = fixture.state.records.outboxTask.get(launched)?.taskUpdates.at(-1);
  assert.equal(update?.taskState, "TASK_ERROR");
  assert.match(update?.statusMessage ?? "", /no such role/);
});
