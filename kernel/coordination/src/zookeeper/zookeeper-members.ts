/**
 * Members of a group: nodes that ZooKeeper numbers, and removes with the session.
 *
 * The answer to a join can be lost with the connection while the node was made. Made again, there
 * would be two of us, one of whom nobody knows; so after the next connection we first look for a node
 * of the group that is our session's and that no join of ours has yet.
 */

import { CodedError, invariant } from "@tavola/base";
import type { Member, StorePath } from "../coordination.ts";
import { parseMemberSequence } from "../member-name.ts";
import { nameOf } from "../store-path.ts";
import { ignoring, readFresh } from "./fresh-reads.ts";
import { type Acl, childrenCall, createMemberCall, deleteCall, existsCall } from "./wire-calls.ts";
import { outcomeUnknownError, Refusal, zkErrors } from "./zookeeper-errors.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";

export interface ZooKeeperMembersOptions {
  readonly session: ZooKeeperSession;
  readonly acls: readonly Acl[];
  readonly store: string;
  /** Makes the group, and what is missing above it. One that is there is no error. */
  readonly makeGroup: (group: StorePath) => Promise<void>;
}

/** How often a group may vanish between its making and the join. */
const groupTriesMax = 5;

export class ZooKeeperMembers {
  readonly #options: ZooKeeperMembersOptions;
  /** Paths of members that a join has answered with. */
  readonly #known = new Set<string>();
  #joining = 0;
  /** Joins go one after the other, so that a node found is the one looked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ZooKeeperMembersOptions) {
    this.#options = options;
  }

  /** Rejects with a Refusal besides what `Coordination.join()` says. */
  async join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member> {
    this.#joining += 1;
    this.#tellSession();
    const turn = this.#last.then(() => this.#join(group, prefix, value));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#joining -= 1;
      this.#tellSession();
    }
  }

  async leave(group: StorePath, { name }: Member): Promise<void> {
    const path = `${group}/${name}`;
    await ignoring(zkErrors.noNode, this.#options.session.call(deleteCall(path)));
    this.#known.delete(path);
    this.#tellSession();
  }

  async #join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member> {
    const { session, store } = this.#options;
    let mayBeThere = false;
    for (;;) {
      try {
        const found = mayBeThere ? await this.#find(group, prefix) : undefined;
        return this.#joined(found ?? (await this.#create(group, prefix, value)), prefix);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        if (error.code === "OUTCOME_UNKNOWN") mayBeThere = true;
        else if (!mayBeThere || error.code !== "UNAVAILABLE") throw error;
        else if (session.isOpen) throw outcomeUnknownError(store, error.message);
        await session.untilConnected();
      }
    }
  }

  async #create(group: StorePath, prefix: string, value: Uint8Array): Promise<string> {
    const { session, acls, makeGroup } = this.#options;
    const call = createMemberCall(`${group}/${prefix}`, value, acls);
    for (let tries = 1; ; tries += 1) {
      try {
        return await session.call(call);
      } catch (error) {
        const isMissing = error instanceof Refusal && error.error === zkErrors.noNode;
        if (!isMissing || tries === groupTriesMax) throw error;
        await makeGroup(group);
      }
    }
  }

  /** The node of ours that no join has answered with, where there is one. */
  async #find(group: StorePath, prefix: string): Promise<string | undefined> {
    const { session } = this.#options;
    const [names = []] = await readFresh(session, [group], (path) => childrenCall(path, false));
    const paths = names
      .filter((name) => parseMemberSequence(name, prefix) !== undefined)
      .map((name) => `${group}/${name}`)
      .filter((path) => !this.#known.has(path));
    const owners = await readFresh(session, paths, (path) => existsCall(path, false));
    return paths.find((_path, at) => owners[at]?.ephemeralOwner === session.id);
  }

  #joined(path: string, prefix: string): Member {
    this.#known.add(path);
    const name = nameOf(path);
    const sequence = parseMemberSequence(name, prefix);
    invariant(sequence !== undefined, `ZooKeeper named a member ${name}`);
    return { name, sequence };
  }

  #tellSession(): void {
    this.#options.session.holdsMembers = this.#joining > 0 || this.#known.size > 0;
  }
}
