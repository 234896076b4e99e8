/**
 * Who leads: with `--master=host:port` the answer is known and never changes; with the name of a store
 * (`zk://…`, `etcd://…`, `sqlite://…`) it is the eldest of the masters that stand there.
 *
 * A name is resolved, because messages carry addresses and are compared by them.
 */

import { lookup } from "node:dns/promises";
import { CodedError, describeError, type Random, secondMs } from "@tavola/base";
import {
  type Coordination,
  type CoordinationOptions,
  followLeader,
  isStoreUrl,
  masterLabel,
  openCoordination,
  parseStoreUrl,
  type StoreUrl,
} from "@tavola/coordination";
import type { Clock, Logger, Metrics } from "@tavola/host";
import { MasterInfo, parseMessageJson, parseUpid, type Upid } from "@tavola/protocol";

export interface DetectedMaster {
  readonly upid: Upid;
  readonly hostname: string;
  /** As an operator gave it; the master itself may call itself otherwise. */
  readonly isTyped?: boolean;
}

export interface MasterDetector {
  /** Calls back with every change, the first answer included; undefined: nobody leads. Called once. */
  watch(onChange: (master: DetectedMaster | undefined) => void): void;
  close(): void;
}

/** Mesos's, which agents have no flag for. */
const sessionTimeoutMs = 10 * secondMs;
/** Between two lines in the log while the store cannot be reached. */
const toldEveryMs = 10 * secondMs;

export interface MasterDetectorOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random?: Random;
  readonly metrics?: Metrics;
  /** Default: the real one that the URL names. */
  readonly openStore?: (
    url: StoreUrl,
    options: CoordinationOptions,
  ) => Coordination | Promise<Coordination>;
}

/**
 * `master` is `host:port`, `master@host:port` or the name of a store. Rejects with CodedError
 * UNKNOWN_HOST or INVALID_FLAG. A store that is away is tried for ever: the agent's tasks run on.
 */
export async function detectMaster(
  master: string,
  options: MasterDetectorOptions,
): Promise<MasterDetector> {
  if (!isStoreUrl(master)) return await detectFixedMaster(master);
  const { value: url, error } = parseStoreUrl(master);
  if (error !== undefined) throw new CodedError("INVALID_FLAG", `--master: ${error}`);
  return detectInStore(url, options);
}

async function detectFixedMaster(address: string): Promise<MasterDetector> {
  const text = address.startsWith("master@") ? address.slice("master@".length) : address;
  const colon = text.lastIndexOf(":");
  const hostname = text.slice(0, colon);
  const host = await resolve(hostname);
  const upid: Upid = { id: "master", host, port: Number(text.slice(colon + 1)) };
  return {
    watch(onChange) {
      onChange({ upid, hostname, isTyped: true });
    },
    close() {},
  };
}

function detectInStore(url: StoreUrl, options: MasterDetectorOptions): MasterDetector {
  const { logger, clock, random, metrics, openStore = openCoordination } = options;
  let following: { close(): Promise<void> } | undefined;
  let toldAt: number | undefined;
  return {
    watch(onChange) {
      following = followLeader({
        group: url.path,
        label: masterLabel,
        open: async () =>
          await openStore(url, {
            sessionTimeoutMs,
            logger,
            ...(random && { random }),
            ...(metrics && { metrics }),
          }),
        onChange(value) {
          onChange(value === undefined ? undefined : readLeader(value, logger));
        },
        onTrouble(error) {
          if (toldAt !== undefined && clock.now() - toldAt < toldEveryMs) return;
          toldAt = clock.now();
          logger.warn({ reason: describeError(error) }, "cannot see who leads; trying again");
        },
      });
    },
    close() {
      void following?.close();
    },
  };
}

function readLeader(value: Uint8Array, logger: Logger): DetectedMaster | undefined {
  const { value: info, error } = parseMessageJson(MasterInfo, Buffer.from(value).toString("utf8"));
  const upid = parseUpid(info?.pid ?? "");
  if (info === undefined || upid === undefined) {
    logger.warn(
      { reason: error ?? "it names no pid" },
      `the eldest ${masterLabel}… node is no master's; following none until it is removed`,
    );
    return undefined;
  }
  return { upid, hostname: info.hostname ?? upid.host };
}

async function resolve(hostname: string): Promise<string> {
  try {
    return (await lookup(hostname, { family: 4 })).address;
  } catch (cause) {
    throw new CodedError(
      "UNKNOWN_HOST",
      `cannot find the master's address: ${hostname}`,
      { hostname },
      { cause },
    );
  }
}
