/**
 * A framework for tests: launches each task of a list once, and writes down all that it is told.
 *
 * `node framework-process.ts SETTINGS.json`. The journal (a JSON object a line) is its memory, too: a
 * framework that was killed reads its id and what it launched from it, comes back as itself, and asks
 * about every task that has not ended. An update is written down before it is acknowledged, so one
 * that is missing from the journal was lost by somebody else.
 */

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Offer, Resource, TaskInfo } from "@tavola/protocol";
import { connectScheduler, isTerminal, type SchedulerEvent } from "@tavola/sdk";
import type { FrameworkSettings, JournalEntry, WantedTask } from "./framework.ts";

const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as FrameworkSettings;

function read(): JournalEntry[] {
  if (!existsSync(settings.journal)) return [];
  const lines = readFileSync(settings.journal, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as JournalEntry);
}

function write(entry: JournalEntry): void {
  const at = new Date().toISOString();
  appendFileSync(settings.journal, `${JSON.stringify({ ...entry, at })}\n`);
}

const earlier = read();
const frameworkId = earlier.find((entry) => entry.kind === "subscribed")?.frameworkId;
const launched = new Set<string>();
const ended = new Set<string>();
/** Of which anything was told since they were launched. */
const told = new Set<string>();
const askAgainMs = 3_000;
for (const entry of earlier) {
  if (entry.kind === "launched") launched.add(entry.task);
  if (entry.kind === "update") told.add(entry.task);
  if (entry.kind === "update" && isTerminal(entry.state)) ended.add(entry.task);
}

const scheduler = connectScheduler({
  masters: settings.masters,
  framework: {
    user: "root",
    name: settings.name,
    roles: ["*"],
    checkpoint: true,
    failover_timeout: settings.failoverTimeoutSeconds,
    capabilities: [
      { type: "MULTI_ROLE" },
      ...(settings.isPartitionAware ? [{ type: "PARTITION_AWARE" } as const] : []),
    ],
    ...(frameworkId !== undefined && { id: { value: frameworkId } }),
  },
});

const taskResources: readonly Resource[] = [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 } },
];

function taskOf(wanted: WantedTask, offer: Offer): TaskInfo {
  const common = {
    name: wanted.id,
    task_id: { value: wanted.id },
    agent_id: offer.agent_id,
    resources: taskResources,
  };
  if (wanted.executor === undefined) return { ...common, command: { value: wanted.command } };
  return {
    ...common,
    executor: {
      type: "CUSTOM",
      executor_id: { value: wanted.executor },
      command: { value: wanted.command },
      resources: taskResources,
    },
  };
}

/** How many tasks an offer has room for: one with an executor needs twice as much. */
function roomIn(offer: Offer): number {
  const cpus = (offer.resources ?? []).find(({ name }) => name === "cpus")?.scalar?.value ?? 0;
  return Math.min(Math.floor(cpus / 0.2), settings.launchesPerOffer);
}

async function answerOffer(offer: Offer): Promise<void> {
  const tasks = settings.tasks
    .filter(
      ({ id, agent }) => !launched.has(id) && (agent === undefined || agent === offer.hostname),
    )
    .slice(0, roomIn(offer));
  if (tasks.length === 0) {
    await scheduler.decline([offer.id], { refuse_seconds: 0.5 });
    return;
  }
  for (const { id } of tasks) {
    launched.add(id);
    write({ kind: "launched", task: id });
  }
  await scheduler.launch(
    offer,
    tasks.map((task) => taskOf(task, offer)),
    { refuse_seconds: 0.1 },
  );
}

async function ask(tasks: readonly string[]): Promise<void> {
  if (tasks.length === 0 || !scheduler.isSubscribed) return;
  await scheduler.reconcile(tasks.map((value) => ({ task_id: { value } })));
}

/** A master that waits for agents to come back does not answer yet, so it is asked again. */
setInterval(() => {
  const open = [...launched].filter((id) => !told.has(id));
  ask(open).catch((error: unknown) =>
    write({ kind: "failed", event: "RECONCILE", error: String(error) }),
  );
}, askAgainMs).unref();

async function handle(event: SchedulerEvent): Promise<void> {
  switch (event.type) {
    case "SUBSCRIBED": {
      write({ kind: "subscribed", frameworkId: event.framework_id.value });
      return ask([...launched].filter((id) => !ended.has(id)));
    }
    case "OFFERS":
      for (const offer of event.offers ?? []) await answerOffer(offer);
      return;
    case "UPDATE": {
      const { task_id, state = "TASK_UNKNOWN", reason, source, message, uuid } = event.status;
      write({
        kind: "update",
        task: task_id.value,
        state,
        ...(reason !== undefined && { reason }),
        ...(source !== undefined && { source }),
        ...(message !== undefined && { message }),
        ...(uuid !== undefined && { uuid: Buffer.from(uuid).toString("hex") }),
      });
      told.add(task_id.value);
      if (isTerminal(state)) ended.add(task_id.value);
      return;
    }
    case "DISCONNECTED":
      write({ kind: "disconnected", error: event.error.message });
      return;
    default:
      write({ kind: "other", type: event.type });
  }
}

for await (const event of scheduler) {
  try {
    await handle(event);
  } catch (error) {
    // A call that the master's death took along; what it was for is asked again when it is back.
    write({ kind: "failed", event: event.type, error: String(error) });
  }
}
