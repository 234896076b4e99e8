/**
 * Names of the cluster's own parts, as mesos-dns makes them from what a master says.
 *
 *     leader.mesos       _leader._tcp.mesos                 the leading master
 *     master.mesos       _master._tcp.mesos                 every master
 *     master0.mesos                                         one of them
 *     slave.mesos        _slave._tcp.mesos                  every agent
 *     marathon.mesos     _framework._tcp.marathon.mesos     a framework's scheduler
 *
 * Differs: mesos-dns has no `_master` in spite of its manual; it takes a framework's port from the
 * address of its driver, which those that speak HTTP do not have, and not from its web interface.
 */

import { domainFragmentOf } from "./dns-labels.ts";

/** Where something answers. */
export interface Place {
  /** IP address or name. */
  readonly host: string;
  readonly port: number | undefined;
}

export interface FrameworkPlace extends Place {
  /** As it registered. */
  readonly name: string;
}

/** What is known of a cluster. What never was rejects with a CodedError. */
export interface ClusterParts {
  leader(): Promise<Place>;
  /** The leader among them, in an order that changes as seldom as can be. */
  masters(): Promise<readonly Place[]>;
  agents(): Promise<readonly Place[]>;
  /** None where nothing is known: any name might be one. */
  frameworks(): Promise<readonly FrameworkPlace[]>;
}

/** Hosts of a name, or ports at the hosts of another; both lists empty: names stand below it. */
export interface ClusterName {
  readonly hosts: readonly string[];
  readonly service?: { readonly target: string; readonly places: readonly Place[] };
}

type Group = (parts: ClusterParts) => Promise<readonly Place[]>;

const groups: Readonly<Record<string, Group>> = {
  leader: async (parts) => [await parts.leader()],
  master: (parts) => parts.masters(),
  slave: (parts) => parts.agents(),
};

const numberedMaster = /^master(\d{1,3})$/;
const above: ClusterName = { hosts: [] };

/** What the name stands for, which is given without the domain; undefined: nothing. */
export async function findClusterName(
  parts: ClusterParts,
  name: string,
): Promise<ClusterName | undefined> {
  if (Object.hasOwn(groups, name)) return hostsOf(await groups[name]?.(parts));
  const number = numberedMaster.exec(name)?.[1];
  if (number !== undefined) return hostsOf((await parts.masters()).slice(+number, +number + 1));
  if (name === "_tcp" || name === "_udp") return above;
  const [, group = ""] = /^_([a-z]+)\._(?:tcp|udp)$/.exec(name) ?? [];
  if (Object.hasOwn(groups, group)) return serviceOf(group, await groups[group]?.(parts));
  return await frameworkName(parts, name);
}

/** All that stand for something now, without the domain. PERF: O(frameworks). */
export async function clusterNames(parts: ClusterParts): Promise<readonly string[]> {
  const masters = (await parts.masters()).map((_place, at) => `master${at}`);
  const services = Object.keys(groups).flatMap((group) => [`_${group}._tcp`, `_${group}._udp`]);
  const frameworks = new Set((await parts.frameworks()).map(({ name }) => domainFragmentOf(name)));
  const named = [...frameworks].flatMap((name) => [name, `_framework._tcp.${name}`]);
  return [...Object.keys(groups), ...masters, ...services, ...named];
}

async function frameworkName(parts: ClusterParts, name: string): Promise<ClusterName | undefined> {
  const isService = name.startsWith("_framework._tcp.");
  const wanted = name.replace(/^(?:_framework\.)?_tcp\./, "");
  const known = (await parts.frameworks()).map((place) => ({
    ...place,
    fragment: domainFragmentOf(place.name),
  }));
  const found = known.filter(({ fragment }) => fragment === wanted);
  if (isService) return serviceOf(wanted, found);
  if (name === wanted && found.length > 0) return hostsOf(found);
  const isAbove = known.some(({ fragment }) => `.${fragment}`.endsWith(`.${wanted}`));
  return isAbove ? above : undefined;
}

function hostsOf(places: readonly Place[] = []): ClusterName | undefined {
  return places.length === 0 ? undefined : { hosts: places.map(({ host }) => host) };
}

/** `target`: the name that has the hosts. */
function serviceOf(target: string, found: readonly Place[] = []): ClusterName | undefined {
  const places = found.filter(({ port }) => port !== undefined);
  return places.length === 0 ? undefined : { hosts: [], service: { target, places } };
}
