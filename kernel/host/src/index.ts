/** The door of `@tavola/host`: the world behind small interfaces. */

export type { Clock, Timer } from "./clock.ts";
export { systemClock } from "./clock.ts";
export type { Endpoint, EndpointOptions, Messenger } from "./endpoint.ts";
export { openEndpoint } from "./endpoint.ts";
export type {
  FlagDefinition,
  FlagKinds,
  FlagSources,
  FlagTable,
  FlagValues,
  ParsedFlags,
} from "./flags.ts";
export { parseFlags } from "./flags.ts";
export type {
  HttpClient,
  HttpClientRequest,
  HttpClientResponse,
  HttpHandler,
  HttpRequest,
  HttpResponse,
  PlainResponse,
  StreamingResponse,
  StreamSink,
} from "./http.ts";
export { createHttpClient } from "./http-client.ts";
export type { Logger, LoggerOptions } from "./logger.ts";
export { createLogger, silentLogger } from "./logger.ts";
export type { Counter, Metrics, TimerMetric } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
