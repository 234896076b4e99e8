/**
 * Settings of Singularity's that mean nothing here, each with what to do instead, if anything.
 *
 * A file that ran Singularity runs this scheduler: these are told and passed over. Anything else that is no
 * setting is an error, because it is a setting mistyped.
 */

/** By path; what is below one is passed over with it. */
export const passedOver: Readonly<Record<string, string>> = {
  server: "say --ip, --port and --context_path",
  logging: "say --logging_level, --quiet and --log_dir",
  metrics: "metrics are served at /metrics",
  database: "say --history",
  zookeeper: "say --store",
  hostname: "say --hostname",
  "mesos.goodEnoughScoreThreshold": "all offers are looked at",
  cacheStateForMillis: "nothing is cached that could be old",
  pendingDeployHoldTaskDuringDecommissionMillis:
    "a pending deploy's task on an agent that is emptied stays until its replacement is healthy",
  deleteRemovedRequestsFromLoadBalancer: "there is no load balancer to tell",
  "mesos.master": "say --master",
  "mesos.frameworkName": "say --framework_name",
  "mesos.frameworkId": "say --framework_id",
  "mesos.frameworkFailoverTimeout": "say --failover_timeout",
  "mesos.frameworkRole": "say --role",
  "mesos.frameworkUser": "say --user",
  "mesos.credentialPrincipal": "say --principal",
  ...Object.fromEntries(
    [
      ...["checkpoint", "agentHttpPort", "agentHttpsPort", "rxEventBufferSize"],
      ...["statusUpdateConcurrencyLimit", "maxStatusUpdateQueueSize", "offersConcurrencyLimit"],
      ...["scoreUsingSystemLoad", "omitForMissingUsageData", "recheckMetricsLoad1Threshold"],
      ...["recheckMetricsLoad5Threshold", "agentReregisterTimeoutSeconds", "subscriberThreads"],
      ...["mesosUsername", "mesosPassword", "reconnectTimeoutMillis", "offerTimeout"],
      ...["offerLockTimeout", "offerLoopTimeoutMillis", "offerLoopRequestTimeoutMillis"],
    ].map((name) => [`mesos.${name}`, ""]),
  ),
  ...Object.fromEntries(
    [
      ...["cacheOffers", "cacheForWebForMillis", "cacheTasksMaxSize", "cacheTasksInitialSize"],
      ...["cacheTasksForMillis", "cacheDeploysMaxSize", "cacheDeploysInitialSize"],
      ...["cacheDeploysForMillis", "checkDeploysEverySeconds", "checkNewTasksEverySeconds"],
      ...["checkExpiringUserActionEveryMillis", "checkNewTasksScheduledThreads"],
      ...["checkJobsEveryMillis", "checkSchedulerEverySeconds", "cleanupEverySeconds"],
      ...["checkMesosMasterHeartbeatEverySeconds", "checkUpstreamsEverySeconds"],
      ...["maxMissedMesosMasterHeartbeats", "maxConcurrentUsageCollections"],
      ...["doNotShuffleRequests", "cleanUsageEveryMillis", "checkQueuedMailsEveryMillis"],
      ...["ldapCacheEnabled", "ldapCacheSize", "ldapCacheExpireMillis", "closeWaitSeconds"],
      ...["compressLargeDataObjects", "defaultDeployStepWaitTimeMs", "defaultDeployMaxTaskRetries"],
      ...[
        "deleteDeploysFromZkWhenNoDatabaseAfterHours",
        "maxStaleDeploysPerRequestInZkWhenNoDatabase",
      ],
      ...["deleteStaleRequestsFromZkWhenNoDatabaseAfterHours"],
      ...["maxRequestsWithHistoryInZkWhenNoDatabase", "deleteTasksFromZkWhenNoDatabaseAfterHours"],
      ...["maxStaleTasksPerRequestInZkWhenNoDatabase", "dispatchTaskShellCommandsEverySeconds"],
      ...["debugCuratorCallOverBytes", "debugCuratorCallOverMillis", "enableCorsFilter", "cors"],
      ...["healthcheckStartThreads", "schedulerStartupConcurrency", "listenerThreadpoolSize"],
      ...["loadBalancerQueryParams", "loadBalancerRequestTimeoutMillis"],
      ...["loadBalancerRemovalGracePeriodMillis", "taskLabelForLoadBalancerUpstreamGroup"],
      ...["preResolveUpstreamDNS", "skipDNSPreResolutionForRequests", "logFetchMaxThreads"],
      ...["storeAllMesosTaskInfoForDebugging", "sqlFallBackToBytesFields"],
      ...[
        "newTaskCheckerBaseDelaySeconds",
        "persistHistoryEverySeconds",
        "historyPollerConcurrency",
      ],
      ...[
        "maxPendingImmediatePersists",
        "reconcileAgentsEveryMinutes",
        "reconcileSlavesEveryMinutes",
      ],
      ...["cleanInactiveHostListEveryHours", "s3", "sandboxDefaultsToTaskId"],
      ...["sandboxHttpTimeoutMillis", "saveStateEverySeconds", "sentry", "waitForListeners"],
      ...["zookeeperAsyncTimeout", "coreThreadpoolSize", "threadpoolShutdownDelayInSeconds"],
      ...["ldap", "webhookQueue", "graphite", "taskHistoryQueryUsesZkFirst"],
      ...["checkPriorityKillsEveryMillis", "cpuHardLimit", "cpuHardLimitScaleFactor"],
      ...["reCheckMetricsForLargeNewTaskCount", "proxyRunNowToLeader", "highCpuAgentCutOff"],
      ...["highMemoryAgentCutOff", "sqlReadOnlyMode", "readOnlyInstance"],
      ...["useLoggingCuratorFramework", "statusQueueNearlyFull", "useApiCacheInRequestManager"],
      ...["useApiCacheInDeployManager", "deployCacheTtlInSeconds", "requestCacheTtlInSeconds"],
      ...["skipPersistingTooLongTaskIds"],
    ].map((name) => [name, ""]),
  ),
  ...Object.fromEntries(
    [
      ...["customExecutor.serviceLog", "customExecutor.serviceFinishedTailLog"],
      ...["disasterDetection.checkLateTasks", "disasterDetection.checkLostAgents"],
      ...["disasterDetection.checkLostTasks", "disasterDetection.warningAvgTaskLagMillis"],
      ...["disasterDetection.warningOverdueTaskPortion", "disasterDetection.lostTaskReasons"],
      ...["disasterDetection.checkLostSlaves"],
      ...["taskMetadata.waitToSendTaskCompletedMailBufferMillis"],
      ...["taskMetadata.sendTaskCompletedMailOnceMetadataTypeIsAvailable"],
      ...["auth.datastore", "auth.webhookAuthRetries", "auth.webhookAuthConnectTimeoutMs"],
      ...["historyPurging.enabled", "historyPurging.checkTaskHistoryEveryHours"],
      ...["historyPurging.deleteTaskHistoryBytesAfterTasksPerRequest"],
      ...["historyPurging.purgeLimitPerQuery", "historyPurging.purgeStaleRequestIdsAfterDays"],
      ...["historyPurging.requestOverrides", "smtp.mailerDatePattern"],
    ].map((name) => [name, ""]),
  ),
  ui: "the console has settings of its own",
};
