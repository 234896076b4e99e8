import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultAuthSettings } from "../api/auth/auth-settings.ts";
import { defaultMailSettings } from "../core/mail/mail-settings.ts";
import { defaultSchedulerConfig } from "../core/scheduler-config.ts";
import { defaultWebhookSettings } from "../core/webhooks/webhook-settings.ts";
import { defaultRetention } from "../history/retention.ts";
import { defaultSmtpSettings } from "../mail/smtp-settings.ts";
import { type Configuration, parseConfiguration } from "./configuration.ts";
import { passedOver } from "./passed-over.ts";

function parsed(text: string): Configuration {
  const { value, error } = parseConfiguration(text);
  assert.equal(error, undefined);
  return value as Configuration;
}

function refused(text: string): string {
  const { error } = parseConfiguration(text);
  assert.ok(error !== undefined, `accepted: ${text}`);
  return error;
}

test("a file that says nothing gives the defaults", () => {
  const expected: Configuration = {
    core: defaultSchedulerConfig,
    auth: defaultAuthSettings,
    webhooks: defaultWebhookSettings,
    retention: defaultRetention,
    allowTestResourceCalls: false,
    passedOver: [],
  };
  for (const text of ["", "{}", "# nothing\n"]) assert.deepEqual(parsed(text), expected);
});

test("Singularity's keys are read in Singularity's units", () => {
  const { core, webhooks, retention, auth, allowTestResourceCalls } = parsed(`
considerTaskHealthyAfterRunningForSeconds: 7
healthcheckIntervalSeconds: 9
killAfterTasksDoNotRunDefaultSeconds: 30
defaultBounceExpirationMinutes: 5
deltaAfterWhichTasksAreLateMillis: 1500
deleteDeadAgentsAfterHours: 24
maxRunNowTaskLaunchDelayDays: 2
checkWebhooksEveryMillis: 1000
deleteUndeliverableWebhooksAfterHours: 1
allowTestResourceCalls: true
mesos:
  defaultCpus: 0.1
  defaultMemory: "16"
  maxNumInstancesPerRequest: 40
  rackIdAttributeKey: rack
network:
  defaultPortMapping: true
crashLoop:
  evaluateCooldownOverMinutes: 2
  singleInstanceFailureBucketSizeMinutes: 4
  singleInstanceMinBucketIndexPercent: 50
  slowFailureMinBucketIndexPercent: 60
disasterDetection:
  enabled: false
  runEveryMillis: 5000
  disableActionsOnDisaster: [BOUNCE_REQUEST]
taskMetadata:
  allowedMetadataTypes: [build]
ui:
  shellCommands:
    - name: jstack
      description: threads
      options: [{name: -l}]
historyPurging:
  deleteTaskHistoryBytesAfterDays: 0
  deleteTaskHistoryAfterDays: 30
auth:
  enabled: true
  authMode: GROUPS_SCOPES
  authenticator: TOKEN
  adminGroups: [ops]
  scopes: {deploy: [DEPLOYERS]}
  authResponseParser: RAW
webhookAuth:
  authVerificationUrl: http://auth.example
`);
  assert.equal(core.health.considerHealthyAfterRunningSeconds, 7);
  assert.equal(core.health.intervalSeconds, 9);
  assert.equal(core.killIfNotRunningAfterMs, 30_000);
  assert.equal(core.defaultBounceExpirationMs, 300_000);
  assert.equal(core.deltaAfterWhichTasksAreLateMs, 1500);
  assert.equal(core.deleteDeadAgentsAfterMs, 86_400_000);
  assert.equal(core.maxRunNowTaskLaunchDelayMs, 2 * 86_400_000);
  assert.deepEqual(
    [core.defaultCpus, core.defaultMemoryMb, core.maxInstancesPerRequest],
    [0.1, 16, 40],
  );
  assert.deepEqual([core.rackIdAttributeKey, core.defaultPortMapping], ["rack", true]);
  assert.equal(core.crashLoops.evaluateCooldownOverMs, 120_000);
  assert.equal(core.crashLoops.singleInstance.bucketMs, 240_000);
  assert.equal(core.crashLoops.singleInstance.minBucketIndexPercent, 50);
  assert.equal(core.crashLoops.slow.minBucketIndexPercent, 60);
  assert.deepEqual(core.disasters, {
    ...defaultSchedulerConfig.disasters,
    enabled: false,
    runEveryMs: 5000,
    disableActionsOnDisaster: ["BOUNCE_REQUEST"],
  });
  assert.deepEqual(core.allowedMetadataTypes, ["build"]);
  assert.deepEqual(core.shellCommands, [
    { name: "jstack", description: "threads", options: [{ name: "-l" }] },
  ]);
  assert.deepEqual([webhooks.retryMs, webhooks.undeliverableAfterMs], [1000, 3_600_000]);
  assert.deepEqual([retention.taskContentMs, retention.taskMs], [undefined, 30 * 86_400_000]);
  assert.equal(allowTestResourceCalls, true);
  assert.deepEqual(
    [auth.mode, auth.authenticators, auth.adminGroups],
    ["GROUPS_SCOPES", ["TOKEN"], ["ops"]],
  );
  assert.deepEqual(auth.scopes, { ...defaultAuthSettings.scopes, deploy: ["DEPLOYERS"] });
  assert.deepEqual(
    [auth.webhook.responseParser, auth.webhook.verificationUrl],
    ["RAW", "http://auth.example"],
  );
});

test("our own names are read in their own units, and older names say Slave", () => {
  const { core, webhooks } = parsed(`
killIfNotRunningAfterMs: 250
health: {continuous: false, maxUnhealthyRestartShare: 0.5}
offers: {refuseMs: 100}
crashLoop: {slow: {bucketMs: 7}}
webhooks: {secrets: [a, b]}
defaultSlavePlacement: SEPARATE
maxDecommissioningSlaves: 100
reserveSlavesWithAttributes: {slaveType: [gpu]}
`);
  assert.equal(core.killIfNotRunningAfterMs, 250);
  assert.deepEqual([core.health.continuous, core.health.maxUnhealthyRestartShare], [false, 0.5]);
  assert.deepEqual([core.offers.refuseMs, core.crashLoops.slow.bucketMs], [100, 7]);
  assert.deepEqual(webhooks.secrets, ["a", "b"]);
  assert.deepEqual(
    [core.defaultAgentPlacement, core.maxDecommissioningAgents],
    ["SEPARATE_BY_DEPLOY", 100],
  );
  assert.deepEqual(core.reserveAgentsWithAttributes, { slaveType: ["gpu"] });
});

test("smtp makes mail; types that it does not name keep their destinations", () => {
  const { core, smtp } = parsed(`
optInEmailMode: true
ui: {baseUrl: http://console.example/singularity}
smtp:
  host: mail.example
  port: 465
  ssl: true
  username: tavola
  password: secret
  from: tavola@example.com
  admins: [admin@example.com]
  subjectPrefix: "[prod] "
  mailerTimeZone: Europe/London
  rateLimitAfterNotifications: 3
  rateLimitPeriodMillis: 1000
  rateLimitCooldownMillis: 2000
  taskLogLength: 100
  taskEmailTailFiles: [service.log]
  maxTaskLogSearchOffset: 5
  mailMaxThreads: 7
  logs: {errorRegex: ERROR}
  emails:
    TASK_FAILED: [OWNERS]
    TASK_LOST: []
    DEPLOY_SUCCEEDED: [ACTION_TAKER]
`);
  assert.deepEqual(smtp, {
    ...defaultSmtpSettings,
    host: "mail.example",
    port: 465,
    ssl: true,
    username: "tavola",
    password: "secret",
    from: "tavola@example.com",
    connectionsMax: 7,
  });
  assert.deepEqual(core.mail, {
    ...defaultMailSettings,
    admins: ["admin@example.com"],
    subjectPrefix: "[prod] ",
    uiBaseUrl: "http://console.example/singularity",
    timeZone: "Europe/London",
    optIn: true,
    rateLimitAfter: 3,
    rateLimitPeriodMs: 1000,
    rateLimitSilenceMs: 2000,
    destinations: {
      ...defaultMailSettings.destinations,
      TASK_FAILED: ["OWNERS"],
      TASK_LOST: [],
      DEPLOY_SUCCEEDED: ["ACTION_TAKER"],
    },
    logs: {
      files: ["service.log"],
      tailBytes: 100,
      errorRegex: "ERROR",
      errorRegexCaseSensitive: true,
      searchBytesMax: 5,
    },
  });
  assert.equal(parsed("optInEmailMode: true").smtp, undefined);
  assert.deepEqual(parsed("smtp:").smtp, defaultSmtpSettings);
});

test("what is wrong is refused, by its key", () => {
  assert.equal(
    refused("maxInstancePerRequest: 4"),
    "maxInstancePerRequest is no setting; did you mean maxInstancesPerRequest?",
  );
  assert.equal(refused("mesos: {zzzzzzzzzzzzzz: 4}"), "mesos.zzzzzzzzzzzzzz is no setting");
  assert.equal(
    refused("mesos: {defaultCpus: many}"),
    'mesos.defaultCpus must be a number, not "many"',
  );
  assert.equal(
    refused("health: {maxUnhealthyRestartShare: 2}"),
    "health.maxUnhealthyRestartShare must be at most 1, not 2",
  );
  assert.equal(
    refused("cooldownMinScheduleSeconds: -1"),
    "cooldownMinScheduleSeconds must be at least 0, not -1",
  );
  assert.equal(
    refused("cooldownMinScheduleSeconds: 1\ncooldownMinScheduleMs: 1000"),
    "cooldownMinScheduleMs and cooldownMinScheduleSeconds are the same setting: say one of them",
  );
  assert.equal(
    refused("healthcheckIntervalSeconds: 0"),
    "healthcheckIntervalSeconds must be at least 0.1, not 0",
  );
  assert.equal(
    refused("startNewReconcileEverySeconds: 0"),
    "startNewReconcileEverySeconds must be at least 0.1, not 0",
  );
  assert.match(refused("killOldJobsAfterMs: 1e300"), /^killOldJobsAfterMs must be at most/);
  assert.equal(refused("maxRequestIdSize: 501"), "maxRequestIdSize must be at most 500, not 501");
  assert.equal(
    refused('mesos: {defaultRackId: ""}'),
    "mesos.defaultRackId must have 1 to 255 characters, not 0",
  );
  assert.match(refused("defaultAgentPlacement: NOWHERE"), /^defaultAgentPlacement must be one of/);
  assert.match(
    refused("smtp: {emails: {TASK_FIALED: [OWNERS]}}"),
    /^smtp.emails: no mail is called TASK_FIALED/,
  );
  assert.match(
    refused("smtp: {emails: {TASK_FAILED: [OWNER]}}"),
    /^smtp.emails.TASK_FAILED\[0\] must be one of/,
  );
  assert.match(refused("smtp: {mailerTimeZone: Mars/Base}"), /^mailerTimeZone/);
  assert.match(refused("smtp: {username: x}"), /^smtp.password is missing/);
  assert.match(refused("smtp: 25"), /^smtp is no setting/);
  assert.match(refused("- a list"), /^it must hold keys and values/);
  assert.match(refused("a: [1"), /line 1/);
  assert.match(refused("__proto__: {x: 1}"), /is no setting/);
});

test("a file that ran Singularity is taken, and what means nothing here is told", () => {
  const { core, passedOver: told } = parsed(`
server: {type: simple, applicationContextPath: /singularity, connector: {type: http, port: 7099}}
mesos: {master: "localhost:5050", defaultCpus: 1, defaultMemory: 128, defaultDisk: 1024, frameworkName: Singularity, frameworkId: Singularity, frameworkFailoverTimeout: 1000000}
zookeeper: {quorum: "localhost:2181", zkNamespace: singularity, sessionTimeoutMillis: 60000}
ui: {title: Singularity (docker), baseUrl: "http://localhost:7099/singularity"}
logging: {loggers: {"com.hubspot.singularity": TRACE}}
enableCorsFilter: true
disasterDetection: {enabled: true}
cacheOffers: true
`);
  assert.deepEqual([core.defaultMemoryMb, core.defaultDiskMb], [128, 1024]);
  assert.deepEqual(told, [
    "server: say --ip, --port and --context_path",
    "mesos.master: say --master",
    "mesos.frameworkName: say --framework_name",
    "mesos.frameworkId: say --framework_id",
    "mesos.frameworkFailoverTimeout: say --failover_timeout",
    "zookeeper: say --store",
    "ui.title: the console has settings of its own",
    "logging: say --logging_level, --quiet and --log_dir",
    "enableCorsFilter",
    "cacheOffers",
  ]);
});

test("nothing that is passed over is a setting", () => {
  for (const path of Object.keys(passedOver)) {
    if (path === "ui") continue;
    const file = path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), "x");
    assert.equal(parsed(JSON.stringify(file)).passedOver.length, 1, path);
  }
});
