/**
 * Which URIs lead to an instance. An announcement is a stranger's text, and some of it ends up in the
 * configuration of another program: a host is an address, or a name of what names of hosts are made of.
 */

/** As `URL` has it: in lower case, punycode, IPv6 addresses in brackets. */
const host = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}))$/;

/** Undefined: no place to send HTTP requests to. */
export function parseServiceUri(uri: string): URL | undefined {
  const url = URL.parse(uri);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  const { username, password, hostname, port } = url;
  // Nobody listens at port 0; to HAProxy it is the port that the client has asked: its own.
  const isPlace = host.test(hostname) && port !== "0";
  return isPlace && username === "" && password === "" ? url : undefined;
}
