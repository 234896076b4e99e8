/**
 * Whether a deploy's id was used before, as far as the history can tell now.
 *
 * No deploy waits for a database that is away or slow: then the answer is "not that we know", and the
 * log says so. What the scheduler itself still knows (active, pending, on its way to the history) is
 * its caller's to look at.
 */

import { CodedError } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { HistoryStore } from "./history-store.ts";

const patienceMs = 3000;

/** Rejects with what no waiting mends, such as NEWER_FORMAT. */
export async function isDeployIdTaken(
  history: Pick<HistoryStore, "hasDeploy">,
  deploy: { readonly requestId: string; readonly id: string },
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): Promise<boolean> {
  const { requestId, id } = deploy;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = clock.after(patienceMs, () => reject(slow()));
  const answer = history.hasDeploy(requestId, id);
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    if (!(error instanceof CodedError) || !error.transient) throw error;
    // It may fail yet, when nobody waits for it any more.
    answer.catch(() => undefined);
    logger.warn({ requestId, deployId: id, error }, "deployed without a look at earlier deploys");
    return false;
  } finally {
    timer.cancel();
  }
}

function slow(): CodedError {
  const message = `the history did not answer within ${patienceMs / 1000} s`;
  return new CodedError("UNAVAILABLE", message, {}, { transient: true });
}
