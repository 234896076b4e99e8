/** The door of `@tavola/base`: ids, thousandths, instants, dice, errors, heaps, bounded queues and lists. */

export { BoundedList } from "./bounded-list.ts";
export { BoundedQueue } from "./bounded-queue.ts";
export type { CodedErrorOptions } from "./errors.ts";
export { CodedError, describeError, InvariantViolation, invariant, unreachable } from "./errors.ts";
export type { IsBefore } from "./heap.ts";
export { popFromHeap, pushOntoHeap } from "./heap.ts";
export type {
  AgentId,
  AnyId,
  ContainerId,
  ExecutorId,
  FrameworkId,
  MasterId,
  OfferId,
  TaskId,
} from "./ids.ts";
export { agentIdOf, asId, frameworkIdOf, offerIdOf } from "./ids.ts";
export type { Instant } from "./instant.ts";
export {
  dayMs,
  epochSecondsOf,
  hourMs,
  instant,
  later,
  minuteMs,
  secondMs,
  weekMs,
} from "./instant.ts";
export type { Milli } from "./milli.ts";
export { milli, minus, plus, unitsOf, zeroMilli } from "./milli.ts";
export type { Random } from "./random.ts";
export { randomInt, randomUuid, seededRandom, shuffle } from "./random.ts";
export type { Result } from "./result.ts";
