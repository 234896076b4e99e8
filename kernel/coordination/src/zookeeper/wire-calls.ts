/**
 * ZooKeeper's calls as they go over the wire: what each writes, and how its answer reads.
 *
 * Sources: ZooKeeper's `zookeeper.jute` and `ZooDefs.OpCode`. Only what a store needs, and nothing
 * that servers before 3.4 lack, so that the ensembles that Mesos clusters already run will do.
 */

import type { JuteReader } from "./jute-reader.ts";
import { MalformedAnswer } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";

/** A call whose answer is a `T`. */
export interface WireCall<T> {
  readonly name: string;
  readonly opcode: number;
  /** Whether it may change something, so that a lost answer leaves open whether it did. */
  readonly isWrite: boolean;
  /**
   * Whether its answer proves that the session was alive at the ensemble's leader when it was sent.
   * A follower that has lost its leader still answers reads and pings.
   */
  readonly reachesLeader: boolean;
  write(to: JuteWriter): void;
  read(from: JuteReader): T;
}

export interface NodeStat {
  readonly version: number;
  /** Id of the session that it vanishes with; 0 for one that stays. */
  readonly ephemeralOwner: bigint;
}

export interface Acl {
  readonly permissions: number;
  readonly scheme: string;
  readonly id: string;
}

/** What ends a session, or begins a connection, has an xid that no call has. */
export const xids = { event: -1, ping: -2, auth: -4 } as const;

const opcodes = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  getChildren: 8,
  sync: 9,
  ping: 11,
  check: 13,
  multi: 14,
  auth: 100,
  closeSession: -11,
} as const;

const read = { isWrite: false, reachesLeader: false } as const;
const written = { isWrite: true, reachesLeader: true } as const;

function readStat(from: JuteReader): NodeStat {
  for (let skipped = 0; skipped < 4; skipped += 1) from.long();
  const version = from.int();
  from.int();
  from.int();
  const ephemeralOwner = from.long();
  from.int();
  from.int();
  from.long();
  return { version, ephemeralOwner };
}

function writeAcls(to: JuteWriter, acls: readonly Acl[]): void {
  to.int(acls.length);
  for (const { permissions, scheme, id } of acls) to.int(permissions).string(scheme).string(id);
}

export function existsCall(path: string, watch: boolean): WireCall<NodeStat> {
  return {
    ...read,
    name: "exists",
    opcode: opcodes.exists,
    write: (to) => to.string(path).bool(watch),
    read: readStat,
  };
}

export function getDataCall(path: string): WireCall<NodeStat & { readonly value: Uint8Array }> {
  return {
    ...read,
    name: "getData",
    opcode: opcodes.getData,
    write: (to) => to.string(path).bool(false),
    read: (from) => {
      const value = from.buffer();
      return { ...readStat(from), value };
    },
  };
}

export function childrenCall(path: string, watch: boolean): WireCall<string[]> {
  return {
    ...read,
    name: "getChildren",
    opcode: opcodes.getChildren,
    write: (to) => to.string(path).bool(watch),
    read: (from) => from.list(4, () => from.string()),
  };
}

export function getAclCall(path: string): WireCall<Acl[]> {
  return {
    ...read,
    name: "getACL",
    opcode: opcodes.getAcl,
    write: (to) => to.string(path),
    read: (from) =>
      from.list(12, () => ({ permissions: from.int(), scheme: from.string(), id: from.string() })),
  };
}

/** Answered once the server that we talk to knows all that its leader had committed when asked. */
export function syncCall(path: string): WireCall<void> {
  return {
    isWrite: false,
    reachesLeader: true,
    name: "sync",
    opcode: opcodes.sync,
    write: (to) => to.string(path),
    read: (from) => void from.string(),
  };
}

/** A node that vanishes with the session, its name ending in the group's next ten digits. Answers its path. */
export function createMemberCall(
  path: string,
  value: Uint8Array,
  acls: readonly Acl[],
): WireCall<string> {
  return {
    ...written,
    name: "create",
    opcode: opcodes.create,
    write: (to) => {
      to.string(path).buffer(value);
      writeAcls(to, acls);
      to.int(ephemeralSequential);
    },
    read: (from) => from.string(),
  };
}

const persistent = 0;
const ephemeralSequential = 3;

export function deleteCall(path: string): WireCall<void> {
  return {
    ...written,
    name: "delete",
    opcode: opcodes.delete,
    write: (to) => to.string(path).int(anyVersion),
    read: () => undefined,
  };
}

export const anyVersion = -1;

/** One step of a `multiCall()`. */
export type MultiStep =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly value: Uint8Array;
      readonly acls: readonly Acl[];
    }
  | {
      readonly kind: "set";
      readonly path: string;
      readonly value: Uint8Array;
      readonly version: number;
    }
  | { readonly kind: "delete" | "check"; readonly path: string; readonly version: number };

const stepOpcodes = {
  create: opcodes.create,
  set: opcodes.setData,
  delete: opcodes.delete,
  check: opcodes.check,
} as const;

function writeStep(to: JuteWriter, step: MultiStep): void {
  to.int(stepOpcodes[step.kind]).bool(false).int(-1).string(step.path);
  if (step.kind === "create") {
    to.buffer(step.value);
    writeAcls(to, step.acls);
    to.int(persistent);
    return;
  }
  if (step.kind === "set") to.buffer(step.value);
  to.int(step.version);
}

/** The error of each step, 0 for none. When one failed, nothing was done. */
function readSteps(from: JuteReader, steps: number): number[] {
  const errors: number[] = [];
  for (;;) {
    const opcode = from.int();
    const isDone = from.bool();
    from.int();
    if (isDone) break;
    if (errors.length === steps) throw new MalformedAnswer("more results than steps");
    errors.push(opcode === -1 ? from.int() : 0);
    if (opcode === opcodes.create) from.string();
    else if (opcode === opcodes.setData) readStat(from);
    else if (![-1, opcodes.delete, opcodes.check].includes(opcode)) {
      throw new MalformedAnswer(`a result of kind ${opcode}`);
    }
  }
  if (errors.length !== steps) {
    throw new MalformedAnswer(`${errors.length} results of ${steps} steps`);
  }
  return errors;
}

/** All steps or none. */
export function multiCall(steps: readonly MultiStep[]): WireCall<number[]> {
  return {
    ...written,
    name: "multi",
    opcode: opcodes.multi,
    write: (to) => {
      for (const step of steps) writeStep(to, step);
      to.int(-1).bool(true).int(-1);
    },
    read: (from) => readSteps(from, steps.length),
  };
}

export function closeSessionCall(): WireCall<void> {
  return {
    ...written,
    name: "closeSession",
    opcode: opcodes.closeSession,
    write: () => undefined,
    read: () => undefined,
  };
}

/** What is sent without a place among the calls. */
export const pingOpcode = opcodes.ping;
export const authOpcode = opcodes.auth;
