/**
 * Which instances are the front door itself: a request to such a one would come back as another, and
 * go round until its time is over.
 */

import { parseAddress } from "./address.ts";

const loopback4 = "401111111";
const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * `urls` are where we listen, `addresses` those of this machine, all of which lead to whoever listens
 * at `0.0.0.0` or `::`. Answers whether a URI leads to one of them; names but `localhost` are not looked up.
 */
export function ownListener(
  urls: readonly string[],
  addresses: readonly string[],
): (uri: string) => boolean {
  const machine = addresses.flatMap((address) => parseAddress(address) ?? []);
  const ours = new Set<string>();
  for (const url of urls) {
    const { port, address } = placeOf(url);
    for (const each of isEvery(address) ? machine : [address]) ours.add(`${port} ${each}`);
    if (isEvery(address)) ours.add(`${port} ${loopback4}`);
  }
  return (uri) => {
    const { port, address } = placeOf(uri);
    if (address === undefined) return false;
    if (ours.has(`${port} ${address}`)) return true;
    return address.startsWith(loopback4) && ours.has(`${port} ${loopback4}`);
  };
}

/** The address as bits; undefined: a name. */
function placeOf(url: string): { readonly port: string; readonly address: string | undefined } {
  const { protocol, hostname, port } = new URL(url);
  const name = hostname === "localhost" ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");
  return { port: port || (defaultPorts[protocol] ?? ""), address: parseAddress(name) };
}

function isEvery(address: string | undefined): boolean {
  return address !== undefined && !address.slice(1).includes("1");
}
