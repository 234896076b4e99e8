/** The door of `@tavola/host`: the world behind small interfaces. */

export { acceptsEncoding, acceptsMediaType } from "./accept-headers.ts";
export type { AppendFile, AppendFileOptions } from "./append-file.ts";
export { openAppendFile } from "./append-file.ts";
export { machineBootId } from "./boot-id.ts";
export type { CgroupMounts } from "./cgroup-mounts.ts";
export { detectCgroupMounts, parseCgroupMounts, v2Controllers } from "./cgroup-mounts.ts";
export type { Cgroup, DestroyOptions } from "./cgroups.ts";
export {
  cgroupPath,
  cgroupTree,
  createCgroup,
  destroyCgroup,
  enableControllers,
  moveToCgroup,
  processesInCgroup,
  readCgroup,
  writeCgroup,
} from "./cgroups.ts";
export type { Clock, Timer } from "./clock.ts";
export { systemClock } from "./clock.ts";
export { isConnectionRefused } from "./connection-refused.ts";
export type { AppendFileHandle, Disk, DiskEntry, Synced } from "./disk.ts";
export { realDisk } from "./disk.ts";
export { formatBytes, formatDuration, parseBytes, parseDuration } from "./duration-text.ts";
export type { Endpoint, EndpointOptions } from "./endpoint.ts";
export { openEndpoint } from "./endpoint.ts";
export { newUuid, systemRandom } from "./entropy.ts";
export type { FileListing } from "./file-listing.ts";
export { formatListingJson, formatMode } from "./file-listing.ts";
export type { FileLock } from "./file-lock.ts";
export { lockFile } from "./file-lock.ts";
export type { AtomicWriteOptions, DirectoryOptions } from "./files.ts";
export { makeDirectory, syncDirectory, writeFileAtomically } from "./files.ts";
export { createFilesApi, filesRefusal } from "./files-api.ts";
export { listFiles, readFile } from "./files-calls.ts";
export type { FlagKinds } from "./flag-kinds.ts";
export type { FlagDefinition, FlagTable } from "./flag-table.ts";
export type { FlagSources, FlagValues, ParsedFlags } from "./flags.ts";
export { formatUsage, parseFlags } from "./flags.ts";
export type { FollowOptions } from "./follow-file.ts";
export { followFile } from "./follow-file.ts";
export type {
  HttpClient,
  HttpClientRequest,
  HttpClientResponse,
  HttpHandler,
  HttpRequest,
  HttpResponse,
  PlainResponse,
  PulledResponse,
  StreamingResponse,
  StreamSink,
} from "./http.ts";
export type { HttpClientOptions } from "./http-client.ts";
export { createHttpClient } from "./http-client.ts";
export type { Route, RouterOptions } from "./http-router.ts";
export {
  createRouter,
  jsonResponse,
  methodNotAllowed,
  notFound,
  textResponse,
} from "./http-router.ts";
export * as inertFlags from "./inert-flags.ts";
export { type LogFile, type LogFileOptions, openLogFile } from "./log-file.ts";
export { logFlags, oneOf } from "./log-flags.ts";
export type { LeveledLogger, Logger, LoggerOptions, LogLevel } from "./logger.ts";
export { createLogger, silentLogger } from "./logger.ts";
export { LoggingLevel } from "./logging-level.ts";
export { createMachineApi } from "./machine-api.ts";
export type { MemoryMember, MemoryNetwork, MemoryNetworkOptions } from "./memory-network.ts";
export { createMemoryNetwork } from "./memory-network.ts";
export { acceptedFormat, messageResponse, notAcceptable, readCall } from "./message-calls.ts";
export type { Messenger } from "./messenger.ts";
export type { MetricReading, TimerSummary } from "./metric-reading.ts";
export type { Counter, Metrics, TimerMetric } from "./metrics.ts";
export { createMetrics } from "./metrics.ts";
export { onAbort } from "./on-abort.ts";
export type { ProcessEntry, ProcessIdentity, ProcessMemory } from "./process-table.ts";
export {
  descendantsOf,
  identityOf,
  isRunning,
  readProcess,
  readProcesses,
  readProcessMemory,
  ticksPerSecond,
} from "./process-table.ts";
export type { DetachedProcess, ProcessEnd, SpawnRequest, WaitOptions } from "./processes.ts";
export {
  signalGroup,
  signalProcess,
  signalTree,
  spawnDetached,
  waitForEnd,
} from "./processes.ts";
export { encodeAnswer } from "./quick-answer.ts";
export type { QuickExchange } from "./quick-connection.ts";
export type { QuickHead } from "./quick-head.ts";
export type { QuickHandler } from "./quick-lane.ts";
export type { ComputedRoot, FilesRefusal, OpenedFile, ServedFilesOptions } from "./served-files.ts";
export { attachLog, ServedFiles } from "./served-files.ts";
export type { SimulatedClock } from "./simulated-clock.ts";
export { simulatedClock } from "./simulated-clock.ts";
export type { SimulatedDisk } from "./simulated-disk.ts";
export { createSimulatedDisk } from "./simulated-disk.ts";
export type { DiskFaults, SimulatedDiskOptions } from "./simulated-disk-faults.ts";
export type { AttachedDisk } from "./simulated-disk-view.ts";
export type { MachineLoad } from "./system-metrics.ts";
export { addSystemMetrics } from "./system-metrics.ts";
export { collectTurnWrites } from "./turn-writes.ts";
export type { UnixSocketOptions, UnixSocketServer } from "./unix-socket.ts";
export { serveUnixSocket } from "./unix-socket.ts";
export type { UnixUser } from "./unix-users.ts";
export { findUser, groupNameOf, userNameOf } from "./unix-users.ts";
