/**
 * The configuration file: how a scheduler behaves, who is mailed, and who may do what.
 *
 * YAML, or JSON, which is YAML. Singularity's keys are understood, in their units, beside our own names; what
 * the flags say (where the scheduler stands, whom it talks to) is not here. A key that is neither ours nor
 * Singularity's is refused, with the one that may have been meant.
 */

import { describeError, type Result } from "@tavola/base";
import { parse } from "yaml";
import { type AuthSettings, defaultAuthSettings } from "../api/auth/auth-settings.ts";
import {
  defaultMailSettings,
  type MailSettings,
  validateMailSettings,
} from "../core/mail/mail-settings.ts";
import { isObject, truth } from "../core/model/shape.ts";
import { defaultSchedulerConfig, type SchedulerConfig } from "../core/scheduler-config.ts";
import { defaultWebhookSettings, type WebhookSettings } from "../core/webhooks/webhook-settings.ts";
import { defaultRetention, type Retention } from "../history/retention.ts";
import {
  defaultSmtpSettings,
  type SmtpSettings,
  validateSmtpSettings,
} from "../mail/smtp-settings.ts";
import { announceKeys } from "./announce-keys.ts";
import { authKeys, retentionKeys, scopeKeys, webhookAuthKeys } from "./auth-keys.ts";
import { ConfigurationFile } from "./configuration-file.ts";
import {
  bucketKeys,
  coreKeys,
  crashLoopKeys,
  disasterKeys,
  healthKeys,
  offerKeys,
  shuffleKeys,
} from "./core-keys.ts";
import { type SectionKeys, text as textShape } from "./key.ts";
import { logTailKeys, mailKeys, smtpKeys, webhookKeys } from "./mail-keys.ts";
import { passedOver } from "./passed-over.ts";

export interface Configuration {
  readonly core: SchedulerConfig;
  readonly auth: AuthSettings;
  /** Absent: nobody is mailed. */
  readonly smtp?: SmtpSettings;
  readonly webhooks: WebhookSettings;
  readonly retention: Retention;
  readonly allowTestResourceCalls: boolean;
  /** Settings of Singularity's in the file that mean nothing here, with what to do instead. */
  readonly passedOver: readonly string[];
}

/** The error names the key and what it must be. */
export function parseConfiguration(text: string): Result<Configuration> {
  let root: unknown;
  try {
    root = parse(text) ?? {};
  } catch (error) {
    return { error: describeError(error) };
  }
  if (!isObject(root)) return { error: "it must hold keys and values, as `smtp: {host: …}`" };
  const file = new ConfigurationFile(root);
  try {
    const configuration = readAll(file);
    return { value: { ...configuration, passedOver: settleUnknown(file) } };
  } catch (error) {
    if (error instanceof Refused) return { error: error.message };
    throw error;
  }
}

/** Ends the reading with its message, which goes to the operator. */
class Refused extends Error {}

function orRefuse<T>(parsed: Result<T>): T {
  if (parsed.error !== undefined) throw new Refused(parsed.error);
  return parsed.value as T;
}

function readAll(file: ConfigurationFile): Omit<Configuration, "passedOver"> {
  const section = <T extends object>(prefix: string, keys: SectionKeys<T>, defaults: T): T =>
    orRefuse(file.section(prefix, keys, defaults));
  const mailing = readMail(file, section);
  const { scopes, webhook, ...auth } = defaultAuthSettings;
  const allowed = file.take("allowTestResourceCalls");
  return {
    core: { ...readCore(section), ...(mailing !== undefined && { mail: mailing.mail }) },
    auth: {
      ...section("auth.", authKeys, auth),
      scopes: section("auth.scopes.", scopeKeys, scopes),
      webhook: section("auth.webhook.", webhookAuthKeys, webhook),
    },
    ...(mailing !== undefined && { smtp: mailing.smtp }),
    webhooks: section("webhooks.", webhookKeys, defaultWebhookSettings),
    retention: section("retention.", retentionKeys, defaultRetention),
    allowTestResourceCalls:
      allowed === undefined ? false : orRefuse(truth.parse(allowed.value, allowed.path)),
  };
}

type ReadSection = <T extends object>(prefix: string, keys: SectionKeys<T>, defaults: T) => T;

function readCore(section: ReadSection): SchedulerConfig {
  const {
    announce,
    health,
    offers,
    crashLoops,
    disasters,
    shuffle,
    mail: _,
    ...flat
  } = defaultSchedulerConfig;
  const { singleInstance, multiInstance, slow, ...loops } = crashLoops;
  return {
    ...section("", coreKeys, flat),
    announce: section("discovery.", announceKeys, announce),
    health: section("health.", healthKeys, health),
    offers: section("offers.", offerKeys, offers),
    crashLoops: {
      ...section("crashLoop.", crashLoopKeys, loops),
      singleInstance: section(
        "crashLoop.singleInstance.",
        bucketKeys("singleInstance"),
        singleInstance,
      ),
      multiInstance: section(
        "crashLoop.multiInstance.",
        bucketKeys("multiInstance"),
        multiInstance,
      ),
      slow: section("crashLoop.slow.", bucketKeys("slow"), slow),
    },
    disasters: section("disasterDetection.", disasterKeys, disasters),
    shuffle: section("shuffle.", shuffleKeys, shuffle),
  };
}

function readMail(
  file: ConfigurationFile,
  section: ReadSection,
): { readonly mail: MailSettings; readonly smtp: SmtpSettings } | undefined {
  const { logs, ...defaults } = defaultMailSettings;
  const read = section("smtp.", mailKeys, defaults);
  const consoleUrl = file.take("ui.baseUrl");
  const uiBaseUrl =
    read.uiBaseUrl ??
    (consoleUrl === undefined
      ? undefined
      : orRefuse(textShape.parse(consoleUrl.value, consoleUrl.path)));
  const mail: MailSettings = {
    ...read,
    ...(uiBaseUrl !== undefined && { uiBaseUrl }),
    destinations: { ...defaults.destinations, ...read.destinations },
    logs: section("smtp.logs.", logTailKeys, logs),
  };
  const smtp = section("smtp.", smtpKeys, defaultSmtpSettings);
  if (!file.has("smtp")) return undefined;
  const refusal = validateMailSettings(mail) ?? validateSmtpSettings(smtp);
  if (refusal !== undefined) throw new Refused(refusal);
  return { mail, smtp };
}

/** What is passed over; refuses what is no setting at all. */
function settleUnknown(file: ConfigurationFile): readonly string[] {
  return file.unknown().map((path) => {
    const known = pathsAbove(path).find((above) => Object.hasOwn(passedOver, above));
    if (known !== undefined) {
      const instead = passedOver[known];
      return instead === "" ? path : `${path}: ${instead}`;
    }
    const nearest = file.nearest(path);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new Refused(`${path} is no setting${hint}`);
  });
}

function pathsAbove(path: string): readonly string[] {
  const names = path.split(".");
  return names.map((_, index) => names.slice(0, index + 1).join("."));
}
