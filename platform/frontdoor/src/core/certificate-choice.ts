/**
 * Which of several certificates for one name is shown: one that is valid now before one that is not, then
 * the one that lasts longest, then the first. So a renewed file beside the former one is used, whatever the
 * two are called, and one that begins tomorrow is not used today.
 */

import { dayMs } from "@tavola/base";

/** Milliseconds since the epoch. */
export interface CertificateSpan {
  readonly from: number;
  readonly until: number;
}

export interface CertificateFacts extends CertificateSpan {
  readonly path: string;
  /** In lower case; `*.example.com` is one. */
  readonly names: readonly string[];
}

/** Before its end, so long, people are told. */
const warningMs = 14 * dayMs;

export function preferredCertificate<T extends CertificateSpan>(
  candidates: readonly [T, ...T[]],
  now: number,
): T {
  return candidates.reduce((best, each) => (isBetter(each, best, now) ? each : best));
}

function isBetter(one: CertificateSpan, other: CertificateSpan, now: number): boolean {
  const isOneValid = isValid(one, now);
  return isOneValid === isValid(other, now) ? one.until > other.until : isOneValid;
}

function isValid({ from, until }: CertificateSpan, now: number): boolean {
  return from <= now && now < until;
}

/** By name, in the order of the files. */
export function certificatesByName<T extends CertificateFacts>(
  all: readonly T[],
): ReadonlyMap<string, readonly [T, ...T[]]> {
  const byName = new Map<string, [T, ...T[]]>();
  for (const each of all) {
    for (const name of each.names) {
      const others = byName.get(name);
      if (others === undefined) byName.set(name, [each]);
      else others.push(each);
    }
  }
  return byName;
}

/** For who asks for no name that is there: the first file, or what is preferred to it for its first name. */
export function fallbackCertificates<T extends CertificateFacts>(
  first: T,
  byName: ReadonlyMap<string, readonly [T, ...T[]]>,
): readonly [T, ...T[]] {
  return byName.get(first.names[0] ?? "") ?? [first];
}

/** Those that somebody may be shown. */
export function certificatesInUse<T extends CertificateFacts>(
  all: readonly T[],
  now: number,
): readonly T[] {
  const [first] = all;
  if (first === undefined) return [];
  const byName = certificatesByName(all);
  const used = new Set([preferredCertificate(fallbackCertificates(first, byName), now)]);
  for (const candidates of byName.values()) used.add(preferredCertificate(candidates, now));
  return all.filter((each) => used.has(each));
}

/** Of certificates in use, those that have ended, or soon will. */
export function endingCertificates<T extends CertificateSpan>(
  used: readonly T[],
  now: number,
): readonly T[] {
  return used.filter(({ until }) => until - now < warningMs);
}
