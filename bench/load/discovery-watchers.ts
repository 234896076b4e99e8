/**
 * Watchers for the discovery benchmark, in a process of their own: so many connections, each asking
 * for what is new as soon as it was told, by hand over sockets because there are ten thousand.
 *
 *     start ──► waiting ──► expect an id ──► told, once every watcher has had it
 */
import { connect } from "node:net";

export type WatchersCall =
  | { readonly kind: "start"; readonly servers: readonly string[]; readonly watchers: number }
  /** Of the next announcement that is waited for. */
  | { readonly kind: "expect"; readonly id: string };

export type WatchersAnswer =
  | { readonly kind: "waiting" }
  /** From now on the id is looked for. */
  | { readonly kind: "expecting" }
  /** When the middle one and the last one were told, by the machine's steady clock, in ms. */
  | { readonly kind: "told"; readonly middleAt: number; readonly lastAt: number };

let watchers = 0;
let expected = Buffer.alloc(0);
let told = 0;
let middleAt = 0;

/** The same for all processes of this machine. */
export function steadyMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** One that begins with everything; resolves when it waits. */
function watch(server: string): Promise<void> {
  const { hostname, port, host } = new URL(server);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received: Buffer = Buffer.alloc(0);
  let head = -1;
  let missing = 0;
  const ask = (since: string): void => {
    socket.write(`GET /watch?since=${since} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  };
  let since = "";
  const ended = (status: number, body: Buffer): void => {
    if (status === 200) {
      const index = /"index":(\d+)/.exec(body.toString("latin1", 0, 100))?.[1];
      since = String(Number(index) + 1);
      if (expected.length > 0 && body.includes(expected)) wasTold();
      resolve();
    } else if (status !== 204) throw new Error(`watched, and was answered ${status}`);
    ask(since);
  };
  socket.on("connect", () => {
    // Only its index is wanted: a filter that takes nothing.
    socket.write(`GET /watch?serviceType=nobody HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });
  socket.on("error", reject);
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (;;) {
      if (head < 0) {
        head = received.indexOf("\r\n\r\n");
        if (head < 0) return;
        const text = received.toString("latin1", 0, head);
        missing = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      }
      const end = head + 4 + missing;
      if (received.length < end) return;
      const status = Number(received.toString("latin1", 9, 12));
      const body = received.subarray(head + 4, end);
      received = received.subarray(end);
      head = -1;
      ended(status, body);
      if (received.length === 0) return;
    }
  });
  return promise;
}

function wasTold(): void {
  told += 1;
  if (told === watchers >> 1) middleAt = steadyMs();
  if (told < watchers) return;
  answer({ kind: "told", middleAt, lastAt: steadyMs() });
}

async function called(call: WatchersCall): Promise<void> {
  if (call.kind === "expect") {
    expected = Buffer.from(call.id);
    told = 0;
    answer({ kind: "expecting" });
    return;
  }
  watchers = call.watchers;
  for (let each = 0; each < watchers; each += 100) {
    const some = Array.from({ length: Math.min(100, watchers - each) }, (_, at) =>
      watch(call.servers[(each + at) % call.servers.length] as string),
    );
    await Promise.all(some);
  }
  answer({ kind: "waiting" });
}

function answer(message: WatchersAnswer): void {
  process.send?.(message);
}

// Only as a process of its own: the benchmark imports it for its types.
if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  process.on("message", (call: WatchersCall) => void called(call));
  process.on("disconnect", () => process.exit());
}
