/**
 * A question and its answer: which records, which code, and what fits into one datagram.
 *
 * Answers are authoritative, in random order, with the addresses of SRV targets beside them. What does
 * not fit over UDP is cut and says so (TC), upon which clients ask over TCP.
 *
 * Differs from mesos-dns: the SOA and NS records asked for are answers, not authorities; a name that
 * stands above others, or has records of another type, is there (NOERROR) rather than not; a name that
 * is not there is NXDOMAIN also for SRV; TC is set only when answers were cut, not additions.
 */

import { type Random, shuffle } from "@tavola/base";
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import type { DnsZone, NameAnswer, SrvTarget } from "./dns-zone.ts";

export const responseCodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  /** Of EDNS, and so half of it stands in the OPT record (RFC 6891, 6.1.3). */
  badVersion: 16,
} as const;

export interface ReplyOptions {
  readonly zone: DnsZone;
  readonly random: Random;
  readonly ttlSeconds: number;
  /** Whether questions outside the zone are passed on. */
  readonly recursionAvailable: boolean;
}

interface Sections {
  readonly code: number;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

const soa = { refreshSeconds: 60, retrySeconds: 600, expireSeconds: 86_400 } as const;
/** What is answered at most is cut; nobody needs more to choose from. */
const answersMax = 1000;

/** The answer to one question within the zone, as bytes of at most `bytesMax`. */
export async function replyTo(
  query: Packet,
  question: Question,
  options: ReplyOptions,
  bytesMax: number,
): Promise<Buffer> {
  const sections = await sectionsOf(question, options);
  return fit(query, sections, options.recursionAvailable, bytesMax);
}

/** An answer that has nothing but its code. */
export function refusalOf(query: Packet, code: number, recursionAvailable: boolean): Buffer {
  const none: Sections = { code, answers: [], authorities: [], additionals: [] };
  return encode(
    packetOf(query, none, { recursionAvailable, isAuthoritative: false, isCut: false }),
  );
}

async function sectionsOf(question: Question, options: ReplyOptions): Promise<Sections> {
  const { zone } = options;
  const name = asked(question.name);
  const found = await zone.find(name);
  const apex = name === zone.domain;
  const answers = found === undefined ? [] : recordsOf(question, found, options);
  if (apex) answers.push(...apexRecords(question, options));
  const code = found === undefined ? responseCodes.nameError : responseCodes.noError;
  if (answers.length === 0) {
    return { code, answers, authorities: [soaRecord(zone.domain, options)], additionals: [] };
  }
  const targets = isAsked(question, "SRV") ? (found?.targets ?? []) : [];
  return { code, answers, authorities: [], additionals: targetAddresses(targets, options) };
}

/** Lower case, without wildcards, which mesos-dns passes over. */
function asked(name: string): string {
  return name.toLowerCase().replaceAll(".*", "");
}

function isAsked({ type }: Question, wanted: string): boolean {
  return type === wanted || (type as string) === "ANY";
}

function recordsOf(question: Question, found: NameAnswer, options: ReplyOptions): Answer[] {
  const { ttlSeconds: ttl, random } = options;
  const { name } = question;
  const records: Answer[] = [];
  for (const { address, family } of found.addresses) {
    const type = family === 4 ? "A" : "AAAA";
    if (isAsked(question, type)) records.push({ type, name, ttl, data: address });
  }
  if (isAsked(question, "SRV")) {
    for (const { host: target, port } of found.targets) {
      records.push({ type: "SRV", name, ttl, data: { priority: 0, weight: 1, port, target } });
    }
  }
  return shuffle(random, records).slice(0, answersMax);
}

function apexRecords(question: Question, options: ReplyOptions): readonly Answer[] {
  const { zone, ttlSeconds: ttl } = options;
  const { name } = question;
  const records: Answer[] = [];
  if (isAsked(question, "SOA")) records.push(soaRecord(name, options));
  if (isAsked(question, "NS")) records.push({ type: "NS", name, ttl, data: zone.serverName });
  return records;
}

function soaRecord(name: string, { zone, ttlSeconds: ttl }: ReplyOptions): Answer {
  return {
    type: "SOA",
    name,
    ttl,
    data: {
      mname: zone.serverName,
      rname: `root.${zone.serverName}`,
      serial: zone.serial,
      refresh: soa.refreshSeconds,
      retry: soa.retrySeconds,
      expire: soa.expireSeconds,
      minimum: ttl,
    },
  };
}

function targetAddresses(
  targets: readonly SrvTarget[],
  { ttlSeconds: ttl }: ReplyOptions,
): readonly Answer[] {
  const records = new Map<string, Answer>();
  for (const { host: name, addresses } of targets.slice(0, answersMax)) {
    for (const { address, family } of addresses) {
      const type = family === 4 ? "A" : "AAAA";
      records.set(`${name} ${address}`, { type, name, ttl, data: address });
    }
  }
  return [...records.values()];
}

interface Flags {
  readonly recursionAvailable: boolean;
  readonly isAuthoritative: boolean;
  readonly isCut: boolean;
}

/** PERF: encodes a few times where answers must be cut. */
function fit(
  query: Packet,
  sections: Sections,
  recursionAvailable: boolean,
  bytesMax: number,
): Buffer {
  const flags = { recursionAvailable, isAuthoritative: true, isCut: false };
  const whole = encode(packetOf(query, sections, flags));
  if (whole.length <= bytesMax) return whole;
  const bare = { ...sections, additionals: [] };
  const withoutAdditions = encode(packetOf(query, bare, flags));
  if (withoutAdditions.length <= bytesMax) return withoutAdditions;
  let low = 0;
  let high = sections.answers.length;
  let best = encode(packetOf(query, { ...bare, answers: [] }, { ...flags, isCut: true }));
  while (low < high) {
    const count = (low + high + 1) >>> 1;
    const answers = sections.answers.slice(0, count);
    const cut = encode(packetOf(query, { ...bare, answers }, { ...flags, isCut: true }));
    if (cut.length <= bytesMax) {
      best = cut;
      low = count;
    } else high = count - 1;
  }
  return best;
}

function packetOf(query: Packet, sections: Sections, flags: Flags): Packet {
  const { code, answers, authorities, additionals } = sections;
  const hasEdns = query.additionals?.some(({ type }) => type === "OPT") ?? false;
  return {
    type: "response",
    id: query.id ?? 0,
    flags:
      ((query.flags ?? 0) & RECURSION_DESIRED) |
      (flags.isAuthoritative ? AUTHORITATIVE_ANSWER : 0) |
      (flags.isCut ? TRUNCATED_RESPONSE : 0) |
      (flags.recursionAvailable ? RECURSION_AVAILABLE : 0) |
      (code & 0xf),
    questions: query.questions ?? [],
    answers: [...answers],
    authorities: [...authorities],
    additionals: hasEdns
      ? [...additionals, { ...ednsRecord, extendedRcode: code >> 4 }]
      : [...additionals],
  };
}

/** What fits through any network without being torn apart (DNS flag day 2020). */
export const udpBytesMax = 1232;

const ednsRecord = {
  type: "OPT",
  name: ".",
  udpPayloadSize: udpBytesMax,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} satisfies Answer;
