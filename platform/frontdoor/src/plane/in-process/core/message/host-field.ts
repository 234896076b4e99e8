/** What a request calls us: the Host header, or what stands for it. */

/** A name or an IPv4 address, or an IPv6 one in brackets; a port or none. */
const authority = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

export function isAuthority(text: string): boolean {
  return text.length <= 300 && authority.test(text);
}

/** Lower case, without a port: what rules compare. */
export function hostName(text: string): string {
  const colon = text.lastIndexOf(":");
  const name = colon > text.lastIndexOf("]") ? text.slice(0, colon) : text;
  return name.toLowerCase();
}
