/**
 * mesos-dns's HTTP interface, in its JSON: what DNS says, for the tools that read it over HTTP.
 *
 *     GET /v1/version  /v1/config  /v1/enumerate  /v1/axfr  /v1/hosts/{host}  /v1/services/{service}
 */

import type { HttpResponse } from "@tavola/host";
import type { AnnouncedTask } from "../dns/announced-task.ts";
import type { DnsZone } from "../dns/dns-zone.ts";
import { jsonAnswer, refusal, unavailableAnswer } from "./answers.ts";

export interface MesosDnsOptions {
  readonly zone: DnsZone;
  readonly ttlSeconds: number;
  /** Undefined: DNS is off. */
  readonly dnsAddress: { readonly ip: string; readonly port: number } | undefined;
  readonly httpAddress: { readonly ip: string; readonly port: number };
  readonly resolvers: readonly string[];
  /** As `--master`; undefined: no cluster is known. */
  readonly masters: string | undefined;
}

/** Undefined: no such route. `rest` is percent-decoded. */
export async function mesosDnsAnswer(
  options: MesosDnsOptions,
  what: string,
  rest: string,
): Promise<HttpResponse | undefined> {
  try {
    return await answerOf(options, what, rest);
  } catch (error) {
    return unavailableAnswer(error);
  }
}

async function answerOf(
  options: MesosDnsOptions,
  what: string,
  rest: string,
): Promise<HttpResponse | undefined> {
  if (rest === "") {
    if (what === "version") return json(version);
    if (what === "config") return json(configuration(options));
    if (what === "enumerate") return json(await enumerate(options.zone));
    if (what === "axfr") return json(await transfer(options));
    return undefined;
  }
  if (what === "services") return json(await services(options.zone, rest));
  if (what !== "hosts") return undefined;
  if (rest.endsWith("/ports")) return refusal(501, { error: "mesos-dns has none of these either" });
  return json(await hosts(options.zone, rest));
}

const version = {
  Service: "Mesos-DNS",
  Version: "0.1.0",
  URL: "https://github.com/mesosphere/mesos-dns",
} as const;

function json(value: unknown): HttpResponse {
  return jsonAnswer(200, JSON.stringify(value));
}

/** With mesos-dns's members; what there is nothing of here is as where it was not set. */
function configuration(options: MesosDnsOptions): object {
  const { zone, ttlSeconds, dnsAddress, httpAddress, resolvers, masters } = options;
  const isForwarding = resolvers.length > 0;
  const isStore = masters?.includes("://") ?? false;
  return {
    RefreshSeconds: 0,
    Port: dnsAddress?.port ?? 0,
    Timeout: 2,
    StateTimeoutSeconds: 300,
    ZkDetectionTimeout: 30,
    HttpPort: httpAddress.port,
    TTL: ttlSeconds,
    SRVRecordDefaultWeight: 1,
    SOASerial: zone.serial,
    SOARefresh: 60,
    SOARetry: 600,
    SOAExpire: 86_400,
    SOAMinttl: ttlSeconds,
    SOAMname: `${zone.serverName}.`,
    SOARname: `root.${zone.serverName}.`,
    Masters: isStore ? null : (masters?.split(",") ?? null),
    ZoneResolvers: {},
    Resolvers: resolvers,
    IPSources: ["host"],
    Zk: isStore ? masters : "",
    Domain: zone.domain,
    File: "",
    Listener: dnsAddress?.ip ?? "",
    HTTPListener: httpAddress.ip,
    RecurseOn: isForwarding,
    DnsOn: dnsAddress !== undefined,
    HttpOn: true,
    ExternalOn: isForwarding,
    EnforceRFC952: false,
    SetTruncateBit: true,
    EnumerationOn: true,
    MesosHTTPSOn: false,
    CACertFile: "",
    CertFile: "",
    KeyFile: "",
    MesosCredentials: { Principal: "", Secret: "" },
    IAMConfigFile: "",
    MesosAuthentication: "",
  };
}

/** What is not there is one record with nothing in it, as mesos-dns has it. */
async function hosts(zone: DnsZone, host: string): Promise<readonly object[]> {
  const name = nameOf(host);
  const found = zone.holds(name) ? await zone.find(name) : undefined;
  const records = (found?.addresses ?? []).map(({ address }) => ({
    host: `${name}.`,
    ip: address,
  }));
  return records.length === 0 ? [{ host: "", ip: "" }] : records;
}

async function services(zone: DnsZone, service: string): Promise<readonly object[]> {
  const name = nameOf(service);
  const found = zone.holds(name) ? await zone.find(name) : undefined;
  const records = (found?.targets ?? []).flatMap(({ host, port, addresses }) => {
    // One of each family, where there are several.
    const first = [4, 6].flatMap(
      (family) => addresses.find((each) => each.family === family) ?? [],
    );
    return first.map(({ address }) => ({
      service,
      host: `${host}.`,
      ip: address,
      port: String(port),
    }));
  });
  return records.length === 0 ? [{ service: "", host: "", ip: "", port: "" }] : records;
}

function nameOf(text: string): string {
  return text.toLowerCase().replaceAll(".*", "").replace(/\.$/, "");
}

interface EnumeratedRecord {
  readonly name: string;
  readonly host: string;
  readonly rtype: "A" | "AAAA" | "SRV";
}

type RecordSet = Record<string, string[]>;

/** All records, by type and name. PERF: O(announcements). */
async function transfer({ zone, ttlSeconds }: MesosDnsOptions): Promise<object> {
  const sets = { A: {}, AAAA: {}, SRV: {} } satisfies Record<string, RecordSet>;
  for await (const { name, host, rtype } of allRecords(zone)) {
    const set: RecordSet = sets[rtype];
    const known = set[name] ?? [];
    if (!known.includes(host)) set[name] = [...known, host];
  }
  return {
    TTL: ttlSeconds,
    Serial: zone.serial,
    RefreshSeconds: 0,
    Mname: `${zone.serverName}.`,
    Rname: `root.${zone.serverName}.`,
    Domain: zone.domain,
    Records: { As: sets.A, AAAAs: sets.AAAA, SRVs: sets.SRV },
  };
}

async function* allRecords(zone: DnsZone): AsyncGenerator<EnumeratedRecord> {
  for (const name of [zone.serverName, ...(await zone.partNames())]) {
    const { addresses = [], targets = [] } = (await zone.find(name)) ?? {};
    for (const { address, family } of addresses) {
      yield { name: `${name}.`, host: address, rtype: family === 4 ? "A" : "AAAA" };
    }
    for (const { host, port } of targets) {
      yield { name: `${name}.`, host: `${host}.:${port}`, rtype: "SRV" };
    }
  }
  for (const task of zone.tasks()) yield* await recordsOf(zone, task);
}

/** PERF: O(announcements); makes every record there is. */
async function enumerate(zone: DnsZone): Promise<object> {
  const frameworks = new Map<string, { name: string; tasks: object[] }>();
  for (const task of zone.tasks()) {
    const framework = frameworks.get(task.frameworkName) ?? { name: task.frameworkName, tasks: [] };
    frameworks.set(task.frameworkName, framework);
    const records = await recordsOf(zone, task);
    framework.tasks.push({ name: task.taskName, id: task.taskId, records });
  }
  return { frameworks: [...frameworks.values()] };
}

async function recordsOf(zone: DnsZone, task: AnnouncedTask): Promise<readonly EnumeratedRecord[]> {
  const { framework, canonical, ports } = task;
  const records: EnumeratedRecord[] = [];
  for (const below of ["", ".slave"]) {
    const tail = `${framework}${below}.${zone.domain}.`;
    for (const { address, family } of await zone.addressesOfHost(
      below === "" ? task.host : task.agentHost,
    )) {
      const rtype = family === 4 ? "A" : "AAAA";
      records.push({ name: `${task.task}.${tail}`, host: address, rtype });
      records.push({ name: `${canonical}.${tail}`, host: address, rtype });
    }
  }
  const tail = `${framework}.${zone.domain}.`;
  const slaveTail = `${framework}.slave.${zone.domain}.`;
  for (const { number, name, protocol } of ports) {
    const slaveHost = `${canonical}.${slaveTail}:${number}`;
    records.push({ name: `_${task.task}._tcp.${slaveTail}`, host: slaveHost, rtype: "SRV" });
    records.push({ name: `_${task.task}._udp.${slaveTail}`, host: slaveHost, rtype: "SRV" });
    const service = `_${task.task}._${protocol}.${tail}`;
    const host = `${canonical}.${tail}:${number}`;
    records.push({ name: service, host, rtype: "SRV" });
    if (name !== "") records.push({ name: `_${name}.${service}`, host, rtype: "SRV" });
  }
  return records;
}
