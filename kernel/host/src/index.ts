/** The door of `@tavola/host`: the world behind small interfaces. */

export { acceptsEncoding, acceptsMediaType } from "./accept-headers.ts";
export type { Clock, Timer } from "./clock.ts";
export { systemClock } from "./clock.ts";
export { formatBytes, formatDuration, parseBytes, parseDuration } from "./duration-text.ts";
export type { Endpoint, EndpointOptions } from "./endpoint.ts";
export { openEndpoint } from "./endpoint.ts";
export type { FlagKinds } from "./flag-kinds.ts";
export type { FlagDefinition, FlagTable } from "./flag-table.ts";
export type { FlagSources, FlagValues, ParsedFlags } from "./flags.ts";
export { formatUsage, parseFlags } from "./flags.ts";
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
export type { HttpClientOptions } from "./http-client.ts";
export { createHttpClient } from "./http-client.ts";
export type { LeveledLogger, Logger, LoggerOptions, LogLevel } from "./logger.ts";
export { createLogger, silentLogger } from "./logger.ts";
export type { Messenger } from "./messenger.ts";
export type { MetricReading, TimerSummary } from "./metric-reading.ts";
export type { Counter, Metrics, TimerMetric } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
export { addSystemMetrics } from "./system-metrics.ts";
