/**
 * One mail per reader and cause: what forty lost tasks of a dead host come to.
 *
 * Mails of one cause and type are put together such that nobody gets two: who would be written to
 * about the same ones shares a mail, so an administrator gets one that lists all forty tasks, and an
 * owner one that lists his.
 */

import type { MailRecord } from "../records.ts";
import type { Recipients } from "./mail-recipients.ts";

export interface AddressedMail extends Recipients {
  /** Of its record in the outbox. */
  readonly key: string;
  readonly record: MailRecord;
}

export interface MailBundle extends Recipients {
  /** At least one, in the order given. */
  readonly mails: readonly AddressedMail[];
}

/**
 * What mails are held together by: the cause that was given; of tasks without one, their request, because
 * instances that end together mostly do so for one reason. Undefined: it goes alone, and at once.
 */
export function groupKeyOf({ type, cause, requestId }: MailRecord): string | undefined {
  if (cause !== undefined) return `${type} ${cause}`;
  return type.startsWith("TASK_") ? `${type} request:${requestId}` : undefined;
}

interface Reader {
  readonly address: string;
  isTo: boolean;
  readonly about: Set<AddressedMail>;
}

/** Every address stands in exactly one bundle. PERF: O(mails × addresses of each). */
export function bundleMails(mails: readonly AddressedMail[]): readonly MailBundle[] {
  const numbers = new Map(mails.map((mail, index) => [mail, index]));
  const bundles = new Map<string, Reader[]>();
  for (const reader of readersOf(mails)) {
    const about = [...reader.about].map((mail) => numbers.get(mail)).join();
    const sharing = bundles.get(about);
    if (sharing === undefined) bundles.set(about, [reader]);
    else sharing.push(reader);
  }
  return [...bundles.values()].map(bundleOf);
}

function readersOf(mails: readonly AddressedMail[]): Iterable<Reader> {
  const readers = new Map<string, Reader>();
  for (const mail of mails) {
    for (const [addresses, isTo] of [
      [mail.to, true],
      [mail.cc, false],
    ] as const) {
      for (const address of addresses) {
        const key = address.toLowerCase();
        const reader = readers.get(key) ?? { address, isTo, about: new Set() };
        readers.set(key, reader);
        reader.isTo ||= isTo;
        reader.about.add(mail);
      }
    }
  }
  return readers.values();
}

function bundleOf(readers: readonly Reader[]): MailBundle {
  const to = readers.filter(({ isTo }) => isTo).map(({ address }) => address);
  const cc = readers.filter(({ isTo }) => !isTo).map(({ address }) => address);
  const mails = [...(readers[0]?.about ?? [])];
  return to.length === 0 ? { to: cc, cc: [], mails } : { to, cc, mails };
}
