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

async function create(options: PlaneOptions): Promise<DataPlane | string> {
  if (haproxyMissing !== false) return haproxyMissing;
  const { listen, timeouts, trustedProxies, zone } = options;
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

function taken(one: Kept, observer: RequestObserver): DataPlane {
  one.isTaken = true;
  one.observer = observer;
  const { plane } = one;
  return {
    kind: plane.kind,
    urls: plane.urls,
    setRules: (rules) => plane.setRules(rules),
    setServices: (services) => plane.setServices(services),
    reloadCertificates: () => plane.reloadCertificates(),
    health: () => plane.health(),
    async close() {
      one.observer = { ended() {} };
      await plane.setServices(new Map());
      one.isTaken = false;
    },
  };
}

after(async () => {
  for (const { plane, folder } of [...kept.values()].flat()) {
    await plane.close({ drainMs: 0 });
    await rm(folder, { recursive: true, force: true });
  }
});

planeContract("driven by HAProxy", create, { refusesAllDubious: false });
