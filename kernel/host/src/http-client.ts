/** The real HttpClient. STUB of signatures; replaced. */
import type { HttpClient } from "./http.ts";

export function createHttpClient(): HttpClient {
  throw new Error("not there yet");
}
