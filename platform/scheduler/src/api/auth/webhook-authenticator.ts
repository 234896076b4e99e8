/**
 * Asks another service who is calling: with the caller's own Authorization header.
 *
 * Answers are good for a while, each for its header; a service that does not answer in time makes the
 * call unauthorized, not slow for ever. Refusals are not kept, so that whoever logs in gets in.
 */

import { describeError, type Result } from "@tavola/base";
import type { HttpRequest } from "@tavola/host";
import type { User } from "../../core/model/operations.ts";
import { anything, isObject, parseText } from "../../core/model/shape.ts";
import { userShape } from "../../core/model/user-shape.ts";
import { bodyUpTo } from "../../framework/body-up-to.ts";
import type { AuthenticationContext } from "./authenticate.ts";

/** Users by their header, with when they were asked for. Bounded: the oldest goes. */
export class WebhookVerdicts {
  readonly #users = new Map<string, { readonly user: User; readonly at: number }>();

  get(header: string, now: number, cacheMs: number): User | undefined {
    const known = this.#users.get(header);
    return known !== undefined && now - known.at < cacheMs ? known.user : undefined;
  }

  set(header: string, user: User, now: number): void {
    this.#users.delete(header);
    this.#users.set(header, { user, at: now });
    const oldest = this.#users.keys().next().value;
    if (this.#users.size > verdictsMax && oldest !== undefined) this.#users.delete(oldest);
  }
}

const verdictsMax = 10_000;
/** A user with the names of his groups. */
const answerBytesMax = 1024 * 1024;

export async function verifyByWebhook(
  { headers }: HttpRequest,
  context: AuthenticationContext,
): Promise<Result<User>> {
  const header = headers.authorization ?? "";
  if (header === "") return { error: "No Authorization header present, please log in first" };
  const { verdicts, now, settings } = context;
  const known = verdicts.get(header, now, settings.webhook.cacheMs);
  if (known !== undefined) return { value: known };
  const verified = await ask(header, context);
  if (verified.value !== undefined) verdicts.set(header, verified.value, now);
  return verified;
}

async function ask(
  header: string,
  { http, settings: { webhook } }: AuthenticationContext,
): Promise<Result<User>> {
  try {
    const response = await http.request({
      method: "GET",
      url: webhook.verificationUrl,
      headers: { Authorization: header },
      signal: AbortSignal.timeout(webhook.timeoutMs),
    });
    const body = (await bodyUpTo(response, answerBytesMax)).toString();
    if (response.status > 299) {
      return { error: `Got status code ${response.status} when verifying jwt` };
    }
    return readUser(body, webhook.responseParser);
  } catch (error) {
    return { error: `Exception while verifying token: ${describeError(error)}` };
  }
}

function readUser(body: string, parser: "WRAPPED" | "RAW"): Result<User> {
  const json = parseText(anything, body);
  if (json.error !== undefined) return { error: `the verifying service answered: ${json.error}` };
  const given = parser === "RAW" ? json.value : isObject(json.value) ? json.value.user : undefined;
  if (given === undefined || given === null) return { error: "No user present in response" };
  const user = userShape.parse(given, "user");
  if (user.value !== undefined && !user.value.authenticated) {
    return { error: "User not authenticated" };
  }
  return user;
}
