/**
 * Asking a task once how it is, over HTTP/1.1 or HTTP/2, following redirects.
 *
 * The time that was given covers all of it: connecting, redirects, the answer, and as much of its body as
 * is kept. Owns what becomes of a broken or endless answer; decides nothing about health.
 */

import { CodedError, describeError, secondMs } from "@tavola/base";
import { type Clock, createHttpClient, type HttpClient } from "@tavola/host";
import type { HealthcheckProtocol } from "../core/model/enums.ts";
import { type HopAnswer, KeptBody } from "./hop-answer.ts";
import { askHttp2 } from "./http2-question.ts";

export interface ProbeRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly protocol: HealthcheckProtocol;
  readonly timeoutMs: number;
}

export type ProbeAnswer =
  | { readonly kind: "answered"; readonly statusCode: number; readonly body?: string }
  /** `isRefused`: nobody took the connection. */
  | { readonly kind: "failed"; readonly isRefused: boolean; readonly error: string };

export interface Probe {
  /** Never rejects. Aborted or closed, it resolves as failed. */
  ask(request: ProbeRequest, signal: AbortSignal): Promise<ProbeAnswer>;
  close(): Promise<void>;
}

export interface ProbeOptions {
  readonly clock: Clock;
  readonly verifiesCertificates: boolean;
  /** What is kept of an answer's body. */
  readonly bodyBytesMax: number;
}

const redirectsMax = 5;

export function createProbe(options: ProbeOptions): Probe {
  return new HttpProbe(options);
}

interface Question {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly verifies: boolean;
  readonly bodyBytesMax: number;
}

/** The connection that is being waited for now; another one after each redirect. */
interface Attempt {
  controller: AbortController;
}

class HttpProbe implements Probe {
  readonly #options: ProbeOptions;
  readonly #client: HttpClient = createHttpClient();

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  async ask(request: ProbeRequest, signal: AbortSignal): Promise<ProbeAnswer> {
    const attempt = { controller: new AbortController() };
    const giveUp = () => attempt.controller.abort();
    let isLate = false;
    const timer = this.#options.clock.after(request.timeoutMs, () => {
      isLate = true;
      giveUp();
    });
    if (signal.aborted) giveUp();
    // The caller's signal lives as long as the task; nothing of this check may stay attached to it.
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await this.#follow(request, attempt);
    } catch (error) {
      const reason = isLate
        ? `no answer within ${request.timeoutMs / secondMs} s`
        : describeError(error);
      return {
        kind: "failed",
        isRefused: !isLate && error instanceof CodedError && error.code === "CONNECTION_REFUSED",
        error: `Healthcheck (${request.url}) failed due to exception: ${reason}`,
      };
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", giveUp);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #follow(request: ProbeRequest, attempt: Attempt): Promise<ProbeAnswer> {
    const { url, method, protocol } = request;
    const { verifiesCertificates: verifies, bodyBytesMax } = this.#options;
    let question: Question = { url, method, verifies, bodyBytesMax };
    for (let hops = 0; ; hops += 1) {
      const { statusCode, location, body } = await this.#hop(protocol, question, attempt);
      const isRedirect = statusCode >= 300 && statusCode < 400 && location !== undefined;
      if (!isRedirect || hops === redirectsMax) {
        return { kind: "answered", statusCode, ...(body !== undefined && { body }) };
      }
      const method = statusCode === 307 || statusCode === 308 ? question.method : "GET";
      question = { ...question, url: redirectedUrl(location, question.url), method };
    }
  }

  async #hop(
    protocol: HealthcheckProtocol,
    question: Question,
    attempt: Attempt,
  ): Promise<HopAnswer> {
    if (protocol === "HTTP" || protocol === "HTTPS") return this.#askHttp1(question, attempt);
    const answer = await askHttp2({ ...question, signal: attempt.controller.signal });
    if (answer.kind === "answered") return answer;
    // Singularity's client speaks HTTP/2 only where TLS agreed on it; deploys with HTTP2 rely on that.
    try {
      return await this.#askHttp1(question, attempt);
    } catch (cause) {
      if (cause instanceof CodedError && cause.code !== "CONNECTION_LOST") throw cause;
      throw new CodedError("CONNECTION_LOST", `${answer.error}; and over HTTP/1.1`, {}, { cause });
    }
  }

  async #askHttp1(question: Question, attempt: Attempt): Promise<HopAnswer> {
    const response = await this.#client.request({
      method: question.method,
      url: question.url,
      // A connection of its own each time: that one can be made is part of what is asked.
      headers: { Connection: "close", "User-Agent": "tavola-healthcheck", Accept: "*/*" },
      verifiesCertificate: question.verifies,
      signal: attempt.controller.signal,
    });
    const { status, headers } = response;
    const location = headers["location"];
    if (status >= 300 && status < 400 && location !== undefined) {
      // Its body is left unread, and let go of with the connection.
      attempt.controller.abort();
      attempt.controller = new AbortController();
      return { statusCode: status, location };
    }
    const kept = new KeptBody(question.bodyBytesMax);
    for await (const chunk of response.chunks()) if (kept.add(chunk) === "full") break;
    return { statusCode: status, ...kept.asField() };
  }
}

function redirectedUrl(location: string, from: string): string {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new CodedError("BAD_REDIRECT", `it redirects to "${location.slice(0, 200)}"`);
  }
  return url.href;
}
