/**
 * One of several masters of a cluster: started again, on the port it had, whenever it ends by itself.
 */

import { type DaemonProcess, describeEnd } from "./daemon-process.ts";

const backoff = {
  firstMs: 500,
  maxMs: 30_000,
  /** One that ran for so long begins with the first wait again. */
  forgottenAfterMs: 60_000,
} as const;

export interface MasterProcess {
  /** Starts it no more, and gives the process that runs now, or ran last. */
  stop(): DaemonProcess;
}

export interface SupervisedMaster extends MasterProcess {
  /** Where the first process listens, and all that follow. Rejects with CANNOT_START. */
  readonly ready: Promise<string>;
}

export interface SupervisionOptions {
  /** `port`: undefined the first time. */
  readonly start: (port: number | undefined) => DaemonProcess;
  /** A line for people. */
  readonly tell: (line: string) => void;
}

export function superviseMaster({ start, tell }: SupervisionOptions): SupervisedMaster {
  let daemon = start(undefined);
  let isStopped = false;
  let waitMs: number = backoff.firstMs;
  let timer: NodeJS.Timeout | undefined;
  const { ready } = daemon;
  const watch = (port: number, startedAt: number): void => {
    void daemon.ended.then((end) => {
      if (isStopped) return;
      if (performance.now() - startedAt > backoff.forgottenAfterMs) waitMs = backoff.firstMs;
      tell(`${daemon.name}: ${describeEnd(end)}; starting it again in ${waitMs} ms`);
      timer = setTimeout(() => {
        daemon = start(port);
        watch(port, performance.now());
      }, waitMs);
      waitMs = Math.min(2 * waitMs, backoff.maxMs);
    });
  };
  const startedAt = performance.now();
  ready.then(
    (url) => watch(Number(new URL(url).port), startedAt),
    // One that cannot start at all is told by `ready`.
    () => {},
  );
  return {
    ready,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      return daemon;
    },
  };
}
