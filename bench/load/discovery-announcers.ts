/**
 * Announces for the discovery benchmark, in a process of its own: so many announcements, each renewed
 * once in a period at any of the servers, as OpenTable's clients do, over a few connections each.
 *
 *     start ──► announced ──► renew, stop, count …
 */
import { DiscoveryConnection, requestOf } from "./discovery-connection.ts";

export type AnnouncersCall =
  | {
      readonly kind: "start";
      readonly servers: readonly string[];
      readonly announcements: number;
      readonly types: number;
    }
  | { readonly kind: "renew"; readonly periodMs: number }
  /** Answered when all that was on its way has been answered. */
  | { readonly kind: "stop" }
  /** Answered with what was renewed since it was last asked. */
  | { readonly kind: "count" };

export type AnnouncersAnswer =
  | { readonly kind: "announced"; readonly seconds: number }
  | { readonly kind: "stopped" }
  | { readonly kind: "renewed"; readonly count: number; readonly failed: number };

const connectionsPerServer = 8;
const inFlightMax = 64;
/** Servers that cannot keep up are not buried. */
const renewalsInFlightMax = 5_000;
const tickMs = 20;
const triesMax = 20;
const retryMs = 500;

type Done = (status: number) => void;

const announced: Buffer[] = [];
let renewed = 0;
let failed = 0;
let inFlight = 0;
let renewing: NodeJS.Timeout | undefined;
let stopped: (() => void) | undefined;

/** Sends together what is sent in one turn; answers come in the order of the requests. */
class Pipeline {
  readonly #connection: DiscoveryConnection;
  readonly #waiting: Done[];
  #unsent: Buffer[] = [];

  private constructor(connection: DiscoveryConnection, waiting: Done[]) {
    this.#connection = connection;
    this.#waiting = waiting;
  }

  static async open(server: string): Promise<Pipeline> {
    const waiting: Done[] = [];
    const answered = (status: number): void => (waiting.shift() as Done)(status);
    return new Pipeline(await DiscoveryConnection.open(server, answered), waiting);
  }

  post(request: Buffer, done: Done): void {
    this.#waiting.push(done);
    if (this.#unsent.push(request) === 1) setImmediate(() => this.#send());
  }

  #send(): void {
    const requests = this.#unsent;
    this.#unsent = [];
    this.#connection.send(Buffer.concat(requests));
  }
}

const pipelines: Pipeline[] = [];

/** As clients do: what is refused for the moment is asked again. */
async function insist(pipeline: Pipeline, request: Buffer): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const status = await new Promise<number>((resolve) => pipeline.post(request, resolve));
    if (status === 201) return;
    if (status !== 503) throw new Error(`announced, and was answered ${status}`);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  throw new Error(`announced ${triesMax} times, and was answered 503`);
}

async function announceAll(count: number, types: number): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const worker = async (pipeline: Pipeline): Promise<void> => {
    while (next < count) {
      const each = next;
      next += 1;
      // As a client's own: it looks like a UUID, and is the same every time.
      const id = `00000000-0000-4000-8000-${String(each).padStart(12, "0")}`;
      const announcement = {
        announcementId: id,
        serviceType: `service-${each % types}`,
        serviceUri: `http://10.${(each >> 16) & 255}.${(each >> 8) & 255}.${each & 255}:31000`,
        metadata: { zone: `zone-${each % 3}`, weight: 1, taskId: `service.${each}` },
      };
      const request = requestOf("POST", "/announcement", JSON.stringify(announcement));
      announced.push(request);
      await insist(pipeline, request);
    }
  };
  const workers = pipelines.flatMap((pipeline) =>
    Array.from({ length: inFlightMax }, () => worker(pipeline)),
  );
  await Promise.all(workers);
  return (performance.now() - startedAt) / 1000;
}

function renewalAnswered(status: number): void {
  inFlight -= 1;
  if (status === 201) renewed += 1;
  else failed += 1;
  if (inFlight === 0) stopped?.();
}

function renewEach(periodMs: number): void {
  let done = 0;
  let due = 0;
  let lastAt = performance.now();
  renewing = setInterval(() => {
    const now = performance.now();
    // As many as there are by now: some may still be on their way.
    due += ((now - lastAt) / periodMs) * announced.length;
    lastAt = now;
    for (; done < due && inFlight < renewalsInFlightMax; done += 1) {
      const pipeline = pipelines[Math.floor(Math.random() * pipelines.length)];
      inFlight += 1;
      pipeline?.post(announced[done % announced.length] as Buffer, renewalAnswered);
    }
  }, tickMs);
}

function stop(): void {
  clearInterval(renewing);
  stopped = () => {
    stopped = undefined;
    answer({ kind: "stopped" });
  };
  if (inFlight === 0) stopped();
}

async function called(call: AnnouncersCall): Promise<void> {
  if (call.kind === "start") {
    for (const server of call.servers) {
      for (let each = 0; each < connectionsPerServer; each += 1) {
        pipelines.push(await Pipeline.open(server));
      }
    }
    answer({ kind: "announced", seconds: await announceAll(call.announcements, call.types) });
  } else if (call.kind === "renew") renewEach(call.periodMs);
  else if (call.kind === "stop") stop();
  else {
    answer({ kind: "renewed", count: renewed, failed });
    renewed = 0;
    failed = 0;
  }
}

function answer(message: AnnouncersAnswer): void {
  process.send?.(message);
}

// Only as a process of its own: the benchmark imports it for its types.
if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  process.on("message", (call: AnnouncersCall) => void called(call));
  process.on("disconnect", () => process.exit());
}
