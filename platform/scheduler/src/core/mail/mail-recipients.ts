/**
 * Who gets a mail: from OWNERS, ADMINS and ACTION_TAKER to addresses.
 *
 *     OWNERS        To
 *     ADMINS        Cc; To when no owner is written to
 *     ACTION_TAKER  To; not listed, whoever acted is left out even as an owner: he knows
 *
 * Then those are left out who asked not to be written to. Addresses are compared without regard to case.
 * What is no address (a user's name, a line break smuggled in) is never written to.
 */

import type { EmailDestination } from "../model/enums.ts";

export interface RecipientInput {
  readonly destinations: readonly EmailDestination[];
  readonly owners: readonly string[];
  readonly admins: readonly string[];
  /** Whoever acted, where that is an address. */
  readonly actionTaker?: string | undefined;
  readonly lists: NotificationLists;
  readonly optIn: boolean;
}

export interface NotificationLists {
  /** Unsubscribed. */
  readonly blocked: readonly string[];
  /** Subscribed; asked only in opt-in mode. */
  readonly allowed: readonly string[];
}

export interface Recipients {
  readonly to: readonly string[];
  readonly cc: readonly string[];
}

const addressPattern = /^[^\s@<>(),;:"\\[\]]+@[^\s@<>(),;:"\\[\]]+$/;

/** The bare address of "a@b" or "Name <a@b>"; undefined when it is none. */
export function addressOf(text: string): string | undefined {
  const bracketed = /^[^<>\r\n]*<([^<>]*)>$/.exec(text.trim());
  const address = (bracketed?.[1] ?? text).trim();
  return address.length <= 320 && addressPattern.test(address) ? address : undefined;
}

/** Both empty: nobody. `to` is never empty when `cc` is not. */
export function recipientsOf(input: RecipientInput): Recipients {
  const { destinations, lists, optIn } = input;
  const to = new Addresses();
  const cc = new Addresses();
  if (destinations.includes("OWNERS")) to.addAll(input.owners);
  if (destinations.includes("ADMINS")) (to.isEmpty ? to : cc).addAll(input.admins);
  if (input.actionTaker !== undefined) {
    if (destinations.includes("ACTION_TAKER")) to.addAll([input.actionTaker]);
    else to.removeAll([input.actionTaker]);
  }
  cc.removeAll(to.list());
  for (const addresses of [to, cc]) {
    if (optIn) addresses.retainAll(lists.allowed);
    else addresses.removeAll(lists.blocked);
  }
  // Differs: Singularity sends nothing when all owners are unsubscribed, not even to admins.
  return to.isEmpty ? { to: cc.list(), cc: [] } : { to: to.list(), cc: cc.list() };
}

/** A set that keeps the order and the first spelling. */
class Addresses {
  readonly #byKey = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  list(): readonly string[] {
    return [...this.#byKey.values()];
  }

  addAll(texts: readonly string[]): void {
    for (const address of texts.map(addressOf)) {
      if (address === undefined || this.#byKey.has(address.toLowerCase())) continue;
      this.#byKey.set(address.toLowerCase(), address);
    }
  }

  removeAll(texts: readonly string[]): void {
    for (const text of texts) this.#byKey.delete((addressOf(text) ?? text).toLowerCase());
  }

  retainAll(texts: readonly string[]): void {
    const kept = new Set(texts.map((text) => (addressOf(text) ?? text).toLowerCase()));
    for (const key of [...this.#byKey.keys()]) if (!kept.has(key)) this.#byKey.delete(key);
  }
}
