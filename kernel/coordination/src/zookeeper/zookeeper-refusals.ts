/**
 * From a refusal to a sentence: what could not be done, whose the node is, and the way out.
 */

import type { StorePath } from "../coordination.ts";
import { getAclCall } from "./wire-calls.ts";
import { formatAcls } from "./zookeeper-acls.ts";
import { Refusal, refusalError, zkErrors } from "./zookeeper-errors.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";

export class ZooKeeperRefusals {
  readonly #session: ZooKeeperSession;
  readonly #store: string;
  readonly #user: string | undefined;

  constructor(session: ZooKeeperSession, store: string, user: string | undefined) {
    this.#session = session;
    this.#store = store;
    this.#user = user;
  }

  /** What to throw instead; errors that are no refusal as they are. `what` goes on after "cannot". */
  async explain(thrown: unknown, what: string, path: StorePath): Promise<unknown> {
    if (!(thrown instanceof Refusal)) return thrown;
    const rights = thrown.error === zkErrors.noAuth ? await this.#rightsAt(path) : undefined;
    return refusalError(thrown.error, {
      what,
      path,
      store: this.#store,
      user: this.#user,
      ...(rights === undefined ? {} : { rights }),
    });
  }

  /** Of the nearest node at or above the path that tells. */
  async #rightsAt(path: StorePath): Promise<string | undefined> {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      try {
        return `at "${at}" ${formatAcls(await this.#session.call(getAclCall(at)))}`;
      } catch (error) {
        if (!(error instanceof Refusal)) return undefined;
      }
    }
    return undefined;
  }
}
