import assert from "node:assert/strict";
import { test } from "node:test";
import type { MesosTaskStatisticsObject } from "../model/answers.ts";
import { actionDisabled } from "../operations/disabled-actions.ts";
import { Placing } from "../placement/testing/placing.ts";
import type { TaskRecord } from "../records.ts";
import { defaultSchedulerConfig } from "../scheduler-config.ts";
import { shuffleTasks } from "./shuffle-tasks.ts";
import { UsageBook } from "./usage-book.ts";
import { UsageRange } from "./usage-range.ts";

const gb = 1024 ** 3;
const mb = 1024 ** 2;

interface Used {
  readonly cpuSeconds: number;
  readonly memoryMb: number;
  readonly throttled?: number;
}

function statistics(
  now: number,
  { cpuSeconds, memoryMb, throttled = 0 }: Used,
): MesosTaskStatisticsObject {
  return {
    timestamp: now / 1000,
    cpus_user_time_secs: cpuSeconds / 2,
    cpus_system_time_secs: cpuSeconds / 2,
    mem_total_bytes: memoryMb * mb,
    disk_used_bytes: 5 * mb,
    cpus_throttled_time_secs: throttled,
  };
}

function sample(
  placing: Placing,
  book: UsageBook,
  used: ReadonlyMap<TaskRecord, Used>,
  {
    agentId = "agent-h",
    load = 1,
    freeGb = 8,
  }: { agentId?: string; load?: number; freeGb?: number } = {},
): void {
  book.measured({
    agentId,
    at: placing.now,
    metrics: {
      "system/cpus_total": 4,
      "system/load_5min": load,
      "system/load_1min": load,
      "system/mem_total_bytes": 16 * gb,
      "system/mem_free_bytes": freeGb * gb,
    },
    tasks: new Map([...used].map(([{ taskId }, u]) => [taskId.id, statistics(placing.now, u)])),
  });
}

function busy(config: ConstructorParameters<typeof Placing>[0] = {}): {
  readonly placing: Placing;
  readonly book: UsageBook;
  readonly tasks: readonly TaskRecord[];
} {
  const placing = new Placing(config);
  const tasks = ["a", "b", "c"].map((id) => {
    placing.addService({ id });
    return placing.addTask(id, 1, { hostname: "h" });
  });
  return { placing, book: new UsageBook(placing.state, placing.config), tasks };
}

test("UsageBook sums what an agent's tasks use and reserve, and tells placement", () => {
  const { placing, book, tasks } = busy();
  const [a, b] = tasks as [TaskRecord, TaskRecord];
  placing.advance(10_000);
  sample(
    placing,
    book,
    new Map([
      [a, { cpuSeconds: 5, memoryMb: 100 }],
      [b, { cpuSeconds: 1, memoryMb: 20 }],
    ]),
  );
  const [agent] = book.agents();
  assert.equal(agent?.numTasks, 2);
  assert.ok(Math.abs((agent.cpusUsed ?? 0) - 0.6) < 1e-9);
  assert.equal(agent.memoryBytesUsed, 120 * mb);
  assert.equal(agent.cpusReserved, 2);
  assert.equal(agent.systemLoad5Min, 1);
  assert.equal(placing.state.placement.usage.get("agent-h")?.usage, agent);
  placing.addTask("c", 2, { hostname: "h" });
  assert.equal(placing.state.placement.usage.get("agent-h")?.added.cpus, 1);
});

test("UsageBook tells what a request uses of what it reserves, over its samples", () => {
  const { placing, book, tasks } = busy();
  const [a] = tasks as [TaskRecord];
  placing.advance(10_000);
  sample(placing, book, new Map([[a, { cpuSeconds: 5, memoryMb: 100 }]]));
  placing.advance(10_000);
  sample(placing, book, new Map([[a, { cpuSeconds: 25, memoryMb: 50, throttled: 1 }]]));
  const usage = book.request("a");
  assert.equal(usage?.numTasks, 2);
  assert.equal(usage.cpuUsed, 2.5);
  assert.equal(usage.cpuReserved, 2);
  assert.equal(usage.memBytesUsed, 150 * mb);
  assert.equal(usage.memBytesReserved, 128 * mb);
  assert.equal(usage.maxCpuUsed, 2);
  assert.equal(usage.maxCpusTimestamp, placing.now);
  assert.equal(usage.minCpuUsed, 0.5);
  assert.equal(usage.maxMemBytesUsed, 100 * mb);
  assert.equal(usage.cpuBurstRating, 0.5);
  assert.equal(usage.percentCpuTimeThrottled, 0.1);
  assert.equal(book.request("b"), undefined);
  assert.equal(book.task(a.taskId.id).length, 2);
});

test("UsageBook keeps so many samples of a task, and forgets what is gone", () => {
  const { placing, book, tasks } = busy({ numUsageToKeep: 3 });
  const [a] = tasks as [TaskRecord];
  for (let n = 1; n <= 5; n++) {
    placing.advance(1000);
    sample(placing, book, new Map([[a, { cpuSeconds: n, memoryMb: 1 }]]));
  }
  assert.deepEqual(
    book.task(a.taskId.id).map(({ cpuSeconds }) => cpuSeconds),
    [3, 4, 5],
  );
  placing.turn((turn) => {
    turn.remove("task", a.taskId.id);
    turn.remove("request", "a");
  });
  book.roundEnded(placing.now);
  assert.deepEqual(book.task(a.taskId.id), []);
  assert.equal(book.request("a"), undefined);
  assert.deepEqual(book.agents(), [], "the agent is not known");
});

test("what an agent said it uses counts for placement until it should long have said so again", () => {
  const { placing, book, tasks } = busy({
    checkUsageEveryMs: 60_000,
    maxAgentUsageMetricAgeMs: 30_000,
  });
  const [a] = tasks as [TaskRecord];
  placing.offer({ agent: "agent-h", host: "h" });
  sample(placing, book, new Map([[a, { cpuSeconds: 1, memoryMb: 1 }]]));
  placing.advance(89_000);
  book.roundEnded(placing.now);
  assert.ok(placing.state.placement.usage.has("agent-h"));
  placing.advance(2000);
  book.roundEnded(placing.now);
  assert.equal(placing.state.placement.usage.has("agent-h"), false);
  assert.equal(book.agents().length, 1, "people still see what it said last");
});

test("UsageBook adds the cluster up: who leaves idle what it reserves, and who uses more", () => {
  const { placing, book, tasks } = busy();
  const [a, b] = tasks as [TaskRecord, TaskRecord];
  assert.equal(book.cluster(), undefined);
  placing.offer({ agent: "agent-h", host: "h" });
  const agent = placing.state.records.agent.get("agent-h");
  assert.ok(agent !== undefined);
  placing.turn((turn) =>
    turn.put("agent", "agent-h", { ...agent, resources: { cpus: 4, mem: 1024, disk: 100 } }),
  );
  placing.advance(10_000);
  sample(
    placing,
    book,
    new Map([
      [a, { cpuSeconds: 30, memoryMb: 32 }],
      [b, { cpuSeconds: 5, memoryMb: 16 }],
    ]),
  );
  const cluster = book.cluster();
  assert.equal(cluster?.numRequestsWithOverUtilizedCpu, 1);
  assert.equal(cluster.maxOverUtilizedCpuRequestId, "a");
  assert.equal(cluster.totalOverUtilizedCpu, 2);
  assert.equal(cluster.numRequestsWithUnderUtilizedCpu, 1);
  assert.equal(cluster.maxUnderUtilizedCpu, 0.5);
  assert.equal(cluster.numRequestsWithUnderUtilizedMemBytes, 2);
  assert.equal(cluster.minUnderUtilizedMemBytes, 32 * mb);
  assert.equal(cluster.totalCpuAvailable, 4);
  assert.equal(cluster.totalMemBytesAvailable, 1024 * mb);
  assert.equal(cluster.totalCpuUsed, 3.5);
});

test("UsageRange lets go of what is more than a day old", () => {
  const range = new UsageRange();
  range.add(9, 0);
  range.add(5, 1000);
  assert.deepEqual(range.max, { value: 9, at: 0 });
  range.add(4, 25 * 3_600_000);
  assert.deepEqual(range.max, { value: 4, at: 25 * 3_600_000 });
});

const shuffle = { ...defaultSchedulerConfig.shuffle, enabled: true };

test("shuffleTasks() moves the task that is furthest above its cpus from a machine with too much load", () => {
  const { placing, book, tasks } = busy({ shuffle });
  const [a, b, c] = tasks as [TaskRecord, TaskRecord, TaskRecord];
  const use = (seconds: number): void => {
    placing.advance(10_000);
    const used = [
      [a, 1],
      [b, 3],
      [c, 0.5],
    ] as const;
    const all = used.map(
      ([task, cpus]) => [task, { cpuSeconds: cpus * seconds, memoryMb: 10 }] as const,
    );
    sample(placing, book, new Map(all), { load: 6 });
  };
  use(10);
  use(20);
  assert.deepEqual(
    placing.turn((turn) => shuffleTasks(turn, book)),
    [],
    "not eligible yet",
  );
  placing.advance(15 * 60_000);
  const moved = placing.turn((turn) => shuffleTasks(turn, book));
  assert.deepEqual(moved, [b.taskId.id]);
  const cleanup = placing.task(b.taskId.id)?.cleanup;
  assert.equal(cleanup?.cleanupType, "REBALANCE_CPU_USAGE");
  assert.notEqual(cleanup.actionId, undefined);
});

test("shuffleTasks() keeps to its limits, and leaves requests alone that object", () => {
  const { placing, book, tasks } = busy({
    shuffle: { ...shuffle, maxTasksToShufflePerHost: 1, eligibleAfterMs: 0 },
  });
  const use = (seconds: number): void => {
    placing.advance(10_000);
    sample(placing, book, new Map(tasks.map((t) => [t, { cpuSeconds: seconds, memoryMb: 10 }])), {
      freeGb: 1,
    });
  };
  use(10);
  use(20);
  placing.turn((turn) => turn.put("shuffleBlocked", "a", { requestId: "a" }));
  placing.turn((turn) => actionDisabled(turn, { action: "TASK_SHUFFLE" }));
  assert.deepEqual(
    placing.turn((turn) => shuffleTasks(turn, book)),
    [],
  );
  placing.turn((turn) => turn.remove("disabledAction", "TASK_SHUFFLE"));
  const moved = placing.turn((turn) => shuffleTasks(turn, book));
  assert.equal(moved.length, 1);
  assert.equal(placing.task(moved[0] ?? "")?.cleanup?.cleanupType, "REBALANCE_MEMORY_USAGE");
  assert.notEqual(placing.task(moved[0] ?? "")?.taskId.requestId, "a");
  assert.deepEqual(
    placing.turn((turn) => shuffleTasks(turn, book)),
    [],
    "one on the machine is moving",
  );
});

test("shuffleTasks() does nothing unless it is turned on", () => {
  const { placing, book, tasks } = busy({
    shuffle: { ...shuffle, enabled: false, eligibleAfterMs: 0 },
  });
  for (const n of [1, 2]) {
    placing.advance(1000);
    sample(placing, book, new Map(tasks.map((t) => [t, { cpuSeconds: n, memoryMb: 1 }])), {
      load: 9,
    });
  }
  assert.deepEqual(
    placing.turn((turn) => shuffleTasks(turn, book)),
    [],
  );
});
