/** One ACCEPT of all that is offered, of a framework whose stream is `s`, and what is said to it. */

import type { Offer_Operation, TaskInfo } from "@tavola/protocol";
import { CoreFixture, commandTask, resources } from "./core-fixture.ts";

/** What becomes of one task. */
export function launchOne(make: (agentId: string) => TaskInfo, info = {}) {
  const f = new CoreFixture();
  const agent = f.register();
  const framework = f.subscribe("s", info);
  f.launch(framework, f.offers("s"), make(agent.id));
  return { f, agent, framework, statuses: f.takeStatuses("s"), sent: f.takeSent() };
}

/** Of the framework's own. */
export const executor = {
  executor_id: { value: "e" },
  command: { value: "run" },
  resources: resources("cpus:0.1;mem:32"),
};

export function executorTask(
  id: string,
  agentId: string,
  extra: Partial<TaskInfo["executor"]> = {},
) {
  const { command: _, ...task } = commandTask(id, agentId);
  return { ...task, executor: { ...executor, ...extra } };
}

/** What becomes of one operation. */
export function operate(operation: Offer_Operation, agentOptions = {}) {
  const f = new CoreFixture();
  f.register(agentOptions);
  const framework = f.subscribe("s");
  const offer_ids = f.offers("s").map(({ id }) => id);
  f.call(framework, {
    type: "ACCEPT",
    accept: { offer_ids, operations: [operation], filters: { refuse_seconds: 0 } },
  });
  return { f, framework, events: f.takeEvents("s") };
}
