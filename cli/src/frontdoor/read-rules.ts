/** The text of a rule file: from a path, standard input, or a front door that runs. */

import { readFile } from "node:fs/promises";
import { CodedError } from "@tavola/base";
import { createHttpClient } from "@tavola/host";

export interface RulesText {
  readonly text: string;
  /** For errors. */
  readonly file: string;
}

/** `-` is standard input; `http://…` is a front door's status page. */
export async function readRules(from: string): Promise<RulesText> {
  if (from === "-") return { text: await readStandardInput(), file: "standard input" };
  if (/^https?:\/\//.test(from)) return { text: await askFrontdoor(from), file: from };
  try {
    return { text: await readFile(from, "utf8"), file: from };
  } catch (cause) {
    throw new CodedError("CANNOT_READ", `cannot read ${from}`, { path: from }, { cause });
  }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

async function askFrontdoor(adminUrl: string): Promise<string> {
  const http = createHttpClient();
  try {
    const url = `${adminUrl.replace(/\/+$/, "")}/rules`;
    const answer = await http.request({ method: "GET", url });
    const text = Buffer.from(await answer.body()).toString("utf8");
    if (answer.status === 200) return text;
    const why = `${url} answers ${answer.status}: ${text.trim().slice(0, 200)}`;
    throw new CodedError("UNAVAILABLE", why, { url });
  } finally {
    await http.close();
  }
}
