/**
 * Whether this master acts at all.
 *
 *     standby --elected--> recovering --registryRecovered--> leading
 *        |                     |                                |
 *        `----leadershipLost---+----------------+---------------'--> ended
 *
 * Only a leading master acts. What arrives before is dropped and counted, as in Mesos; its senders ask
 * again. A master that has ended does nothing any more, whatever comes: another one may lead already.
 */

import type { MasterInfo } from "@tavola/protocol";
import type { MasterEvent } from "./events.ts";
import type { Turn } from "./turn.ts";

export function elected(turn: Turn): void {
  if (turn.state.leadership.kind !== "standby") return;
  turn.state.leadership = { kind: "recovering" };
  turn.state.electedAt = turn.now;
  turn.info("elected as the leading master", { id: turn.state.id });
}

/** Who leads now, for those who have to be sent there. Nothing to one who leads. */
export function leaderDetected(turn: Turn, leader: MasterInfo | undefined): void {
  if (turn.state.leadership.kind !== "standby") return;
  turn.state.leadership = { kind: "standby", leader };
}

/** The process ends as Mesos's does; whoever supervises it starts it anew. */
export function leadershipLost(turn: Turn, reason: string): void {
  if (turn.state.leadership.kind !== "ended") endMaster(turn, reason);
}

/** The last that this master asks for. `reason` is a sentence for an operator. */
export function endMaster(turn: Turn, reason: string): void {
  turn.state.leadership = { kind: "ended", reason };
  turn.effects.push({ kind: "exit", status: 1, reason });
}

/** An event that came while this master does not lead. */
export function droppedBefore(turn: Turn, event: MasterEvent): void {
  if (turn.state.leadership.kind === "ended") return;
  if ("from" in event) {
    turn.count("master/dropped_messages");
    const name = event.kind === "messageDropped" ? event.name : event.kind;
    turn.debug("dropped a message: not leading yet", { from: event.from, name });
  }
  if ("ticket" in event) {
    const isElected = turn.state.leadership.kind === "recovering";
    const message = isElected ? "Master has not finished recovery" : "No leader elected";
    turn.reply(event.ticket, { status: 503, message });
  }
  if (event.kind === "subscribed") {
    turn.effects.push({ kind: "closeStream", stream: event.stream });
  }
}
