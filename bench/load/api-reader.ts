/**
 * Readers of an HTTP API in a thread of their own: each asks again and again, and the milliseconds of
 * each answer are told at the end.
 *
 * In a thread, because who is kept busy by large answers measures its own queue in small ones.
 */

import { Agent, get } from "node:http";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

export interface Reading {
  readonly url: string;
  readonly readers: number;
  /** Between an answer and the next question. */
  readonly pauseMs: number;
  readonly durationMs: number;
}

/** Resolves with the time of each answer, in ms. Rejects when one is not 200. */
export function readInThread(reading: Reading): Promise<readonly number[]> {
  const worker = new Worker(new URL(import.meta.url), { workerData: reading });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function readAll({ url, readers, pauseMs, durationMs }: Reading): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: readers });
  const until = performance.now() + durationMs;
  const times: number[] = [];
  const reader = async (): Promise<void> => {
    while (performance.now() < until) {
      const startedAt = performance.now();
      await readOnce(url, agent);
      times.push(performance.now() - startedAt);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  await Promise.all(Array.from({ length: readers }, reader));
  agent.destroy();
  return times;
}

/** The body is received to its end, and not kept. */
function readOnce(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url}: ${response.statusCode}`));
      response.on("error", reject);
      response.on("end", () => resolve());
      response.resume();
    });
    request.on("error", reject);
  });
}

if (!isMainThread) {
  parentPort?.postMessage(await readAll(workerData as Reading));
}
