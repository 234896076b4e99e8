/**
 * Deploys: one version of a request, with everything that a task of it needs to start.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type { RunNowRequest } from "./actions.ts";
import type { AcceptanceMode, HealthcheckProtocol } from "./enums.ts";

export interface Deploy {
  readonly requestId: string;
  readonly id: string;
  readonly command?: string;
  readonly arguments?: readonly string[];
  readonly containerInfo?: ContainerInfo;
  readonly customExecutorCmd?: string;
  readonly customExecutorId?: string;
  readonly customExecutorSource?: string;
  readonly customExecutorResources?: TaskResources;
  readonly resources?: TaskResources;
  readonly env?: Readonly<Record<string, string>>;
  readonly taskEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly runImmediately?: RunNowRequest;
  readonly uris?: readonly MesosArtifact[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly executorData?: ExecutorData;
  readonly version?: string;
  readonly timestamp?: number;
  readonly mesosLabels?: readonly TaskLabel[];
  readonly mesosTaskLabels?: Readonly<Record<string, readonly TaskLabel[]>>;
  readonly deployHealthTimeoutSeconds?: number;
  readonly healthcheckUri?: string;
  readonly healthcheckIntervalSeconds?: number;
  readonly healthcheckTimeoutSeconds?: number;
  readonly healthcheckPortIndex?: number;
  readonly healthcheckMaxRetries?: number;
  readonly healthcheckMaxTotalTimeoutSeconds?: number;
  readonly healthcheck?: HealthcheckOptions;
  readonly serviceBasePath?: string;
  readonly loadBalancerGroups?: readonly string[];
  readonly loadBalancerPortIndex?: number;
  readonly considerHealthyAfterRunningForSeconds?: number;
  readonly loadBalancerOptions?: Readonly<Record<string, unknown>>;
  readonly loadBalancerDomains?: readonly string[];
  readonly loadBalancerAdditionalRoutes?: readonly string[];
  readonly loadBalancerTemplate?: string;
  readonly loadBalancerServiceIdOverride?: string;
  readonly loadBalancerUpstreamGroup?: string;
  readonly skipHealthchecksOnDeploy?: boolean;
  readonly healthCheckProtocol?: HealthcheckProtocol;
  readonly deployInstanceCountPerStep?: number;
  readonly deployStepWaitTimeMs?: number;
  readonly autoAdvanceDeploySteps?: boolean;
  readonly maxTaskRetries?: number;
  readonly shell?: boolean;
  readonly user?: string;
  readonly s3UploaderAdditionalFiles?: readonly S3UploaderFile[];
  readonly canaryDeploySettings?: CanaryDeploySettings;
  /** Ours: how long it stays on trial after it succeeded. Default the operator's; 0: not at all. */
  readonly watchAfterSuccessSeconds?: number;
  /** Ours: the share (0 to 1) of instances that must stay healthy meanwhile. */
  readonly minimumHealthyShare?: number;
  /** Ours: as what its tasks are announced; also what the master is told (Mesos's DiscoveryInfo). */
  readonly discovery?: DeployDiscovery;
}

export interface DeployDiscovery {
  /** The service's type. Default the label `discovery.serviceType`, else the request's id. */
  readonly name?: string;
  readonly feature?: string;
  /** FRAMEWORK: not announced. Default CLUSTER. */
  readonly visibility?: "FRAMEWORK" | "CLUSTER" | "EXTERNAL";
  readonly environment?: string;
  readonly location?: string;
  readonly version?: string;
  /** Default: each of the task's ports, without a name. */
  readonly ports?: readonly DiscoveryPort[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Its share of the traffic beside that of others of its service. Default 1. */
  readonly weight?: number;
}

export interface DiscoveryPort {
  /** `http` and `https` are those that are announced as the service's address. */
  readonly name?: string;
  /** Default tcp. */
  readonly protocol?: string;
  /** Of the task's ports, from 0. Default 0. */
  readonly index?: number;
  /** A fixed one instead. */
  readonly number?: number;
}

export interface TaskResources {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly numPorts: number;
  readonly diskMb: number;
}

export interface MesosArtifact {
  readonly uri: string;
  readonly cache?: boolean;
  readonly executable?: boolean;
  readonly extract?: boolean;
  readonly outputFile?: string;
}

export interface ContainerInfo {
  readonly type: "MESOS" | "DOCKER";
  readonly volumes?: readonly Volume[];
  readonly docker?: DockerInfo;
  readonly mesos?: MesosInfo;
  readonly networkInfos?: readonly NetworkInfo[];
}

export interface Volume {
  readonly containerPath: string;
  readonly hostPath?: string;
  readonly mode?: "RO" | "RW";
  readonly source?: VolumeSource;
}

export interface VolumeSource {
  readonly type?: "UNKNOWN" | "DOCKER_VOLUME";
  readonly dockerVolume?: DockerVolume;
}

export interface DockerVolume {
  readonly driver?: string;
  readonly name?: string;
  readonly driverOptions?: Readonly<Record<string, string>>;
}

export interface DockerInfo {
  readonly image: string;
  readonly privileged: boolean;
  readonly network?: "BRIDGE" | "HOST" | "NONE";
  readonly portMappings?: readonly DockerPortMapping[];
  readonly forcePullImage?: boolean;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly dockerParameters?: readonly DockerParameter[];
}

export interface DockerPortMapping {
  readonly containerPortType?: "LITERAL" | "FROM_OFFER";
  readonly containerPort: number;
  readonly hostPortType?: "LITERAL" | "FROM_OFFER";
  readonly hostPort: number;
  readonly protocol?: string;
}

export interface DockerParameter {
  readonly key?: string;
  readonly value?: string;
}

export interface MesosInfo {
  readonly image?: MesosImage;
}

export interface MesosImage {
  readonly type: "APPC" | "DOCKER";
  readonly appc?: AppcImage;
  readonly docker?: DockerImage;
  readonly cached?: boolean;
}

export interface AppcImage {
  readonly name: string;
  readonly id?: string;
}

export interface DockerImage {
  readonly name: string;
}

export interface NetworkInfo {
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly portMappings?: readonly PortMapping[];
}

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol?: string;
}

/** Either `uri` or `healthcheckResultFilePath` says what is asked. */
export interface HealthcheckOptions {
  readonly uri?: string;
  readonly portIndex?: number;
  readonly portNumber?: number;
  readonly protocol?: HealthcheckProtocol;
  readonly method?: "GET" | "POST";
  readonly startupTimeoutSeconds?: number;
  readonly startupDelaySeconds?: number;
  readonly startupIntervalSeconds?: number;
  readonly intervalSeconds?: number;
  readonly responseTimeoutSeconds?: number;
  readonly maxRetries?: number;
  readonly failureStatusCodes?: readonly number[];
  readonly healthcheckResultFilePath?: string;
  /** Ours: go on checking after the first success. Default true. */
  readonly continuous?: boolean;
  /** Ours: how often then. Default `intervalSeconds`; at least 5. */
  readonly continuousIntervalSeconds?: number;
  /** Ours: so many failures in a row make a task unhealthy that was healthy. Default 3. */
  readonly continuousFailures?: number;
  /** Ours: the share (0 to 1) of a request's instances that may be restarted for it at once, but one. Default 0.34. */
  readonly maxUnhealthyRestartShare?: number;
}

export interface ExecutorData {
  readonly cmd: string;
  readonly embeddedArtifacts?: readonly EmbeddedArtifact[];
  readonly externalArtifacts?: readonly ExternalArtifact[];
  readonly s3Artifacts?: readonly S3Artifact[];
  readonly successfulExitCodes?: readonly number[];
  readonly user?: string;
  readonly runningSentinel?: string;
  readonly extraCmdLineArgs?: readonly string[];
  readonly loggingTag?: string;
  readonly loggingExtraFields?: Readonly<Record<string, string>>;
  readonly sigKillProcessesAfterMillis?: number;
  readonly maxTaskThreads?: number;
  readonly preserveTaskSandboxAfterFinish?: boolean;
  readonly maxOpenFiles?: number;
  readonly skipLogrotateAndCompress?: boolean;
  readonly s3ArtifactSignatures?: readonly S3ArtifactSignature[];
  readonly logrotateFrequency?: "HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY";
}

export interface EmbeddedArtifact {
  readonly name?: string;
  readonly filename?: string;
  readonly md5sum?: string;
  /** Base64. */
  readonly content?: string;
  readonly targetFolderRelativeToTask?: string;
}

export interface ExternalArtifact {
  readonly name?: string;
  readonly filename?: string;
  readonly md5sum?: string;
  readonly url?: string;
  readonly filesize?: number;
  readonly targetFolderRelativeToTask?: string;
  readonly isArtifactList?: boolean;
}

export interface S3Artifact {
  readonly name?: string;
  readonly filename?: string;
  readonly md5sum?: string;
  readonly filesize?: number;
  readonly s3Bucket?: string;
  readonly s3ObjectKey?: string;
  readonly targetFolderRelativeToTask?: string;
  readonly isArtifactList?: boolean;
}

export interface S3ArtifactSignature {
  readonly name?: string;
  readonly filename?: string;
  readonly md5sum?: string;
  readonly filesize?: number;
  readonly s3Bucket?: string;
  readonly s3ObjectKey?: string;
  readonly artifactFilename?: string;
  readonly targetFolderRelativeToTask?: string;
  readonly isArtifactList?: boolean;
}

export interface S3UploaderFile {
  readonly filename?: string;
  readonly s3UploaderBucket?: string;
  readonly s3UploaderKeyPattern?: string;
  readonly s3UploaderFilenameHint?: string;
  readonly directory?: string;
  readonly s3StorageClass?: string;
  readonly applyS3StorageClassAfterBytes?: number;
  readonly checkSubdirectories?: boolean;
  readonly compressBeforeUpload?: boolean;
  readonly checkIfOpen?: boolean;
}

export interface TaskLabel {
  readonly key: string;
  readonly value?: string;
}

/** How a new deploy replaces the old one in groups. Defaults: off, groups of 1, NONE, 0 ms, 0 failures, 3 cycles. */
export interface CanaryDeploySettings {
  readonly enableCanaryDeploy?: boolean;
  readonly instanceGroupSize?: number;
  readonly acceptanceMode?: AcceptanceMode;
  readonly waitMillisBetweenGroups?: number;
  readonly allowedTasksFailuresPerGroup?: number;
  /** After so many groups the rest is started at once. */
  readonly canaryCycleCount?: number;
  /** Ours: names of the checks whose results are waited for under CHECKS. */
  readonly acceptanceChecks?: readonly string[];
}
