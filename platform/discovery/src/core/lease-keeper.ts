/**
 * Which server looks after an announcement: the one that scores highest for its id.
 *
 * Rendezvous hashing: when a server comes or goes only what it looks after moves, and all servers that
 * know the same members find the same one without asking.
 */

/** `members` is not empty. PERF: O(members), a hash each. */
export function keeperOf(id: string, members: readonly string[]): string {
  let keeper = members[0] as string;
  let best = -1;
  for (const member of members) {
    const score = hash(`${member}\0${id}`);
    if (score > best || (score === best && member < keeper)) {
      best = score;
      keeper = member;
    }
  }
  return keeper;
}

/** FNV-1a with a last mix, without which names that differ in their last letter score alike. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}
