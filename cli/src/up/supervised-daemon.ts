/**
 * A daemon of a cluster: started again, on the port it had, when something ends it.
 *
 * What a daemon knows is on disk, so the next one goes on where it was. One that ends in good order,
 * or whose command line is wrong, stays away: another would do the same.
 */

import { RestartPause } from "../daemon/restart-pause.ts";
import { exitStatus } from "../exit-status.ts";
import { type DaemonEnd, type DaemonProcess, describeEnd } from "./daemon-process.ts";

export interface SupervisedDaemon {
  /** Where the first process listens, and all that follow. Rejects with CANNOT_START. */
  readonly ready: Promise<string>;
  /** Starts it no more, and gives the process that runs now, or ran last. */
  stop(): DaemonProcess;
}

export interface SupervisionOptions {
  /** `port`: undefined the first time. */
  readonly start: (port: number | undefined) => DaemonProcess;
  /** A line for people. */
  readonly tell: (line: string) => void;
  /** It has ended and stays away. */
  readonly onGone: (daemon: DaemonProcess, end: DaemonEnd) => void;
}

export function superviseDaemon({ start, tell, onGone }: SupervisionOptions): SupervisedDaemon {
  let daemon = start(undefined);
  let isStopped = false;
  const restartPause = new RestartPause();
  let timer: NodeJS.Timeout | undefined;
  const { ready } = daemon;
  const watch = (port: number, startedAt: number): void => {
    void daemon.ended.then((end) => {
      if (isStopped) return;
      if (end.code === 0 || end.code === exitStatus.usage) {
        onGone(daemon, end);
        return;
      }
      const waitMs = restartPause.afterLife(performance.now() - startedAt);
      tell(`${daemon.name}: ${describeEnd(end)}; starting it again in ${waitMs} ms`);
      timer = setTimeout(() => {
        daemon = start(port);
        watch(port, performance.now());
      }, waitMs);
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
