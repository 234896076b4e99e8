/**
 * What must reach somebody else, and who takes it there.
 *
 * Records wait in the state until they are delivered. Deliverers are told that there is something, at
 * most once a turn of the event loop, look for themselves, and confirm what has arrived.
 */

import type { Engine } from "./engine.ts";

export type OutboxName = "history" | "mail" | "webhook";

export interface Outboxes {
  /** Something was put in. Cheap. */
  filled(outbox: OutboxName): void;
  /** What is not delivered by then stays where it is. */
  close(): Promise<void>;
}

export type OpenOutboxes = (engine: Engine) => Outboxes;

export interface Deliverer {
  /** Takes what there is; what it has taken already, it passes over. Waits for nothing. */
  deliver(): void;
  close(): Promise<void>;
}

/** Deliverers by outbox; one that is absent has nobody to deliver to, and its records are dropped at once. */
export function createOutboxes(deliverers: Readonly<Record<OutboxName, Deliverer>>): Outboxes {
  const waiting = new Set<OutboxName>();
  let isClosed = false;
  const deliver = (): void => {
    const due = [...waiting];
    waiting.clear();
    if (isClosed) return;
    for (const outbox of due) deliverers[outbox].deliver();
  };
  return {
    filled(outbox) {
      if (waiting.size === 0) setImmediate(deliver);
      waiting.add(outbox);
    },
    async close() {
      isClosed = true;
      await Promise.all(Object.values(deliverers).map((deliverer) => deliverer.close()));
    },
  };
}
