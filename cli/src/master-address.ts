/**
 * Which master a command speaks to, and what to say when nobody is there.
 */

import { CodedError } from "@tavola/base";
import { formatStoreUrl, isStoreUrl, parseStoreUrl } from "@tavola/coordination";
import type { Terminal } from "./terminal.ts";

/** For the usage texts. */
export const masterOptionHelp =
  "  --master=HOST:PORT   the master, or several of them separated by commas, or\n" +
  "                       where they meet: zk://HOST:PORT,HOST:PORT/PATH\n" +
  "                       (default: TAVOLA_MASTER, MESOS_MASTER, 127.0.0.1:5050)\n";

/** `option`, or what the environment says, or the address where `tavola up` has its master. */
export function masterAddress(option: string | undefined, terminal: Terminal): string {
  const { environment } = terminal;
  const address = option ?? environment["TAVOLA_MASTER"] ?? environment["MESOS_MASTER"] ?? "";
  return address === "" ? "127.0.0.1:5050" : address.replace(/^master@/, "");
}

const unreachableCodes: ReadonlySet<string> = new Set(["CONNECTION_REFUSED", "CONNECTION_LOST"]);

/** An error of asking the master; where nobody answered, with what can be done about it. */
export function explainMasterError(masters: string, error: unknown): unknown {
  if (!(error instanceof CodedError) || !unreachableCodes.has(error.code)) return error;
  return new CodedError(
    "MASTER_UNREACHABLE",
    `no master answers at ${withoutPassword(masters)}; start a cluster with \`tavola up\`, or name its master with --master=HOST:PORT`,
    { masters },
    { transient: true },
  );
}

function withoutPassword(masters: string): string {
  if (!isStoreUrl(masters) || masters.startsWith("file:")) return masters;
  const url = parseStoreUrl(masters);
  return url.error === undefined ? formatStoreUrl(url.value) : "the store that was named";
}
