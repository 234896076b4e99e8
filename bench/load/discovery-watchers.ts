/**
 * Watchers for the discovery benchmark, in a process of their own: so many connections, each asking
 * for what is new after it was told, by hand over sockets because there are ten thousand.
 *
 *     start ──► waiting ──► expect an id ──► told, once every watcher has had it
 *
 * Real watchers are ten thousand machines. Here one thread is all of them, and to ask takes it as long as to
 * be told: so whoever was told asks when no answer has come for a moment, else the last one's answer
 * would lie here while all others ask.
 */
import { DiscoveryConnection, digitsAt, requestOf } from "./discovery-connection.ts";

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

const indexMember = Buffer.from('"index":');
const momentMs = 1;

let watchers = 0;
let expected = Buffer.alloc(0);
/** One for each id that is expected. */
let round = 0;
let told = 0;
let middleAt = 0;
let question: { readonly since: number; readonly request: Buffer } = {
  since: -1,
  request: Buffer.alloc(0),
};

/** Those who were answered and have not asked anew, and what they ask. */
let waiting: { readonly connection: DiscoveryConnection; readonly request: Buffer }[] = [];
let asking: Promise<void> | undefined;
/** Since somebody last looked. */
let answers = 0;

/** The same for all processes of this machine. */
export function steadyMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** The same bytes for all who know as much. */
function questionSince(since: number): Buffer {
  if (question.since !== since) {
    question = { since, request: requestOf("GET", `/watch?since=${since}`) };
  }
  return question.request;
}

/** One that begins with everything; resolves when it waits. */
async function watch(server: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let since = -1;
  let toldIn = 0;
  const answered = (status: number, body: Buffer): void => {
    if (status === 200) {
      since = digitsAt(body, body.indexOf(indexMember) + indexMember.length) + 1;
      if (round > toldIn && body.includes(expected)) {
        toldIn = round;
        wasTold();
      }
      resolve();
    } else if (status !== 204) throw new Error(`watched, and was answered ${status}`);
    answers += 1;
    waiting.push({ connection, request: questionSince(since) });
    asking ??= askWhenStill();
  };
  const connection = await DiscoveryConnection.open(server, answered);
  // Only its index is wanted: a filter that takes nothing.
  connection.send(requestOf("GET", "/watch?serviceType=nobody"));
  await promise;
}

async function askWhenStill(): Promise<void> {
  do {
    answers = 0;
    await new Promise((resolve) => setTimeout(resolve, momentMs));
  } while (answers > 0);
  asking = undefined;
  const asked = waiting;
  waiting = [];
  for (const { connection, request } of asked) connection.send(request);
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
    round += 1;
    told = 0;
    await asking;
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
