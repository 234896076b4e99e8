/**
 * One question to the master: opens a client, asks, closes, and says what can be done when nobody
 * answers.
 */

import { createOperatorClient, type OperatorClient } from "@tavola/sdk";
import { explainMasterError, masterAddress } from "../master-address.ts";
import type { Terminal } from "../terminal.ts";

export async function askMaster<T>(
  master: string | undefined,
  terminal: Terminal,
  ask: (operator: OperatorClient) => Promise<T>,
): Promise<T> {
  const masters = masterAddress(master, terminal);
  const operator = createOperatorClient({ masters });
  try {
    return await ask(operator);
  } catch (error) {
    throw explainMasterError(masters, error);
  } finally {
    await operator.close();
  }
}
