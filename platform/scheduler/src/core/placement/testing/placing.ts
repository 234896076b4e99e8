/**
 * A fixture that is connected, makes offers and plans tasks, for tests of placement.
 */

import type { SchedulerConfig } from "../../scheduler-config.ts";
import { planTask, type TaskPlan } from "../../tasks/plan-task.ts";
import { Fixture } from "../../testing/fixture.ts";
import { offersReceived } from "../offers-received.ts";
import { placeTasks } from "../place-tasks.ts";
import { type OfferParts, offerOf } from "./offers.ts";

export class Placing extends Fixture {
  constructor(config: Partial<SchedulerConfig> = {}) {
    super(config);
    this.state.link.connected = true;
  }

  offer(...offers: readonly OfferParts[]): void {
    this.turn((turn) => offersReceived(turn, offers.map(offerOf)));
  }

  /** Plans `count` instances, from the first that is free. */
  plan(requestId: string, count = 1, plan: Partial<TaskPlan> = {}): void {
    const taken = (this.state.tasksOf.get(requestId)?.size ?? 0) + this.planned(requestId).length;
    this.turn((turn) => {
      for (let i = 1; i <= count; i++) {
        planTask(turn, {
          requestId,
          deployId: "d1",
          instanceNo: taken + i,
          pendingType: "NEW_DEPLOY",
          ...plan,
        });
      }
    });
  }

  /** Until nothing is left that the turn's limits kept back. */
  place(): void {
    do this.turn(placeTasks);
    while (this.state.placement.round !== undefined);
  }

  /** Host names of the request's tasks, sorted. */
  hostsOf(requestId: string): string[] {
    return this.tasksOf(requestId)
      .map(({ hostname }) => hostname)
      .sort();
  }
}
