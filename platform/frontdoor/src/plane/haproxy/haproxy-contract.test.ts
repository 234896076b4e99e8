/** HAProxy's plane keeps what every plane promises. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { DataPlane, RequestObserver } from "../data-plane.ts";
import type { PlaneOptions } from "../plane-options.ts";
import { planeContract } from "../testing/plane-contract.ts";
import { createHaproxyPlane } from "./haproxy-plane.ts";
import { haproxyBinary, haproxyMissing } from "./testing/find-haproxy.ts";

/** One process for many tests: who closes it leaves it without instances to the next one. */
interface Kept {
  readonly plane: DataPlane;
  readonly folder: string;
  observer: RequestObserver;
  isTaken: boolean;
}

const kept = new Map<string, Kept[]>();

/** docs/decisions/0032-haproxy-plane.md has them with what they mean. */
const differs = new Map([
  ["what is told of a request: once, with what it came to", "it counts an answer's head, too"],
  ["go on, several cookies too; a connection's own end here", "it reads no names in Connection"],
  ["that ends with the instance's connection", "it goes on without chunks, and ends so, too"],
  ["by a NUL in a value: 502, and it is not asked again by a POST", "it takes a NUL in answers"],
  [
    "by chunks that are none: the client sees no last chunk",
    "it says 502 and keeps the connection",
  ],
  ["an answer that is cut is a stream that is reset", "it ends the stream"],
  [
    "a stream that is taken back while its body waits ends its request",
    "it ends it once the instance reads on",
  ],
  [
    "a client and its instances that go away at once harm nobody else",
    "it does not log all that both sides leave at once, so that the test's count may never come",
  ],
  ["where a rule answers with success: none", "it answers with success"],
  ["is the only thing that is tunnelled", "it asks the instance for whatever protocol"],
  ["a host that differs does not become HTTP/1's", "it takes :authority, and drops the other"],
]);

async function create(options: PlaneOptions): Promise<DataPlane | string> {
  if (haproxyMissing !== false) return haproxyMissing;
  const { listen, timeouts, trustedProxies, zone } = options;
  // Certificates are each test's own.
  if (listen.httpsPort !== undefined) return endedWithTest(await start(options));
  const key = JSON.stringify({ listen, timeouts, trustedProxies, zone });
  const ofKind = kept.get(key) ?? [];
  kept.set(key, ofKind);
  let found = ofKind.find(({ isTaken }) => !isTaken);
  if (found === undefined) {
    found = await start(options);
    ofKind.push(found);
  }
  return taken(found, options.observer);
}

async function start(options: PlaneOptions): Promise<Kept> {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  const observer: RequestObserver = { ended: (request) => started.observer.ended(request) };
  const plane = await createHaproxyPlane({ ...options, observer, folder, binary: haproxyBinary });
  const started: Kept = { plane, folder, observer: options.observer, isTaken: false };
  return started;
}

function endedWithTest({ plane, folder }: Kept): DataPlane {
  return {
    ...asObject(plane),
    async close(closing) {
      await plane.close(closing);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function asObject(plane: DataPlane): DataPlane {
  return {
    kind: plane.kind,
    urls: plane.urls,
    setRules: (rules) => plane.setRules(rules),
    setServices: (services) => plane.setServices(services),
    reloadCertificates: () => plane.reloadCertificates(),
    health: () => plane.health(),
    close: (closing) => plane.close(closing),
  };
}

function taken(one: Kept, observer: RequestObserver): DataPlane {
  one.isTaken = true;
  one.observer = observer;
  const { plane } = one;
  return {
    ...asObject(plane),
    async close() {
      await plane.setServices(new Map());
      await untilTold(one);
      one.isTaken = false;
    },
  };
}

let lasts = 0;

/** All that ended before is told when this is. */
async function untilTold(one: Kept): Promise<void> {
  lasts += 1;
  const uri = `/last-${lasts}`;
  const told = new Promise<void>((resolve) => {
    one.observer = {
      ended(request) {
        if (request.uri === uri) resolve();
      },
    };
  });
  const response = await fetch(one.plane.urls[0] + uri);
  await response.arrayBuffer();
  await told;
}

after(async () => {
  for (const { plane, folder } of [...kept.values()].flat()) {
    await plane.close({ drainMs: 0 });
    await rm(folder, { recursive: true, force: true });
  }
});

planeContract("driven by HAProxy", Object.assign(create, { differs }), {
  refusesAllDubious: false,
});
