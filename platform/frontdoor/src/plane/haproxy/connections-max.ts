/**
 * How many connections a HAProxy may have. Left to itself it takes one descriptor for each server that it may look
 * at from how many it is allowed, though it looks at few at a time: with many servers it would take hardly
 * any client, and with more servers than descriptors not start.
 */

const limits = {
  /** Ours, and its own files and sockets. */
  descriptorsKept: 64,
  /** What systems allow by default; a table with room for more would cost memory before anybody comes. */
  descriptorsMax: 1_048_576,
  connectionsMin: 100,
} as const;

/** `systemLimits`: Linux's `/proc/self/limits`; undefined where there is none. Two descriptors a connection. */
export function connectionsMax(systemLimits: string | undefined): number {
  const allowed = /^Max open files +\w+ +(\d+)/m.exec(systemLimits ?? "")?.[1];
  const descriptors = Math.min(limits.descriptorsMax, Number(allowed ?? limits.descriptorsMax));
  const connections = Math.floor((descriptors - limits.descriptorsKept) / 2);
  return Math.max(limits.connectionsMin, connections);
}
