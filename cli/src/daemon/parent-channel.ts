/**
 * What a daemon tells the `tavola up` (or the supervisor) that started it, over Node's IPC channel.
 *
 * A daemon that was started otherwise has no such channel, and tells nobody.
 */

export type DaemonMessage =
  | { readonly kind: "ready"; readonly url: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Resolves when it has been handed over. */
export function tellParent(message: DaemonMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

/** Calls `run` when there was a parent and it is gone. */
export function whenParentIsGone(run: () => void): void {
  if (process.send !== undefined) process.once("disconnect", run);
}
