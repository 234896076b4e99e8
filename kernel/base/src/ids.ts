/**
 * Branded ids: an `AgentId` does not pass for a `TaskId`.
 *
 * Owns the id types that more than one package speaks of, and how the master makes new ones. On the
 * wire each is a message `{ value: string }`; in memory each is the bare string with a brand that
 * costs nothing at run time.
 */

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** Random UUID of one master process; the prefix of every id which that master gives out. */
export type MasterId = Id<"MasterId">;
export type AgentId = Id<"AgentId">;
export type FrameworkId = Id<"FrameworkId">;
export type OfferId = Id<"OfferId">;
/** Chosen by the framework; unique among its active and unreachable tasks. */
export type TaskId = Id<"TaskId">;
/** Chosen by the framework; for a command task it equals the task's id. */
export type ExecutorId = Id<"ExecutorId">;
/** Chosen by the agent, a random UUID for each run of an executor. */
export type ContainerId = Id<"ContainerId">;

/** Any of the id types above. */
export type AnyId = MasterId | AgentId | FrameworkId | OfferId | TaskId | ExecutorId | ContainerId;

/** Brands a string that came from outside. The type argument is inferred from the target. */
export function asId<T extends AnyId>(value: string): T {
  return value as T;
}

/** `<master>-S<n>`, as Mesos numbers agents. */
export function agentIdOf(master: MasterId, n: number): AgentId {
  return `${master}-S${n}` as AgentId;
}

/** `<master>-<n, at least four digits>`, as Mesos numbers frameworks. */
export function frameworkIdOf(master: MasterId, n: number): FrameworkId {
  return `${master}-${String(n).padStart(4, "0")}` as FrameworkId;
}

/** `<master>-O<n>`, as Mesos numbers offers. */
export function offerIdOf(master: MasterId, n: number): OfferId {
  return `${master}-O${n}` as OfferId;
}
