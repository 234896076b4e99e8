/**
 * How the settings of mail and webhooks are called in the file. All of mail's are under `smtp`; without
 * that key nobody is mailed.
 */

import type {
  LogTailSettings,
  MailDestinations,
  MailSettings,
} from "../core/mail/mail-settings.ts";
import { type EmailType, emailDestinations, emailTypes } from "../core/model/enums.ts";
import { isObject, list, oneOf, wrong } from "../core/model/shape.ts";
import type { WebhookSettings } from "../core/webhooks/webhook-settings.ts";
import type { SmtpSettings } from "../mail/smtp-settings.ts";
import {
  count,
  duration,
  interval,
  type Key,
  key,
  positive,
  type SectionKeys,
  text,
  texts,
  truth,
} from "./key.ts";

const destinationLists = list(oneOf(emailDestinations));

/** A type to whom it goes; types that are not said keep their default. */
const destinations: Key<MailDestinations> = key(
  {
    parse(json, path) {
      if (!isObject(json)) return wrong(path, "an object", json);
      const value: { [T in EmailType]?: MailDestinations[T] } = {};
      for (const [name, listed] of Object.entries(json)) {
        if (!emailTypes.includes(name as EmailType)) {
          return {
            error: `${path}: no mail is called ${name}; there are ${emailTypes.join(", ")}`,
          };
        }
        const parsed = destinationLists.parse(listed ?? [], `${path}.${name}`);
        if (parsed.error !== undefined) return parsed;
        value[name as EmailType] = parsed.value;
      }
      return { value };
    },
  },
  "smtp.emails",
);

/** Own names under `smtp.`. */
export const mailKeys: SectionKeys<Omit<MailSettings, "logs">> = {
  admins: key(texts),
  destinations,
  subjectPrefix: key(text),
  uiBaseUrl: key(text),
  timeZone: key(text, "smtp.mailerTimeZone"),
  optIn: key(truth, "optInEmailMode"),
  rateLimitAfter: key(count, "smtp.rateLimitAfterNotifications"),
  rateLimitPeriodMs: duration("smtp.rateLimitPeriodMillis"),
  rateLimitSilenceMs: duration("smtp.rateLimitCooldownMillis"),
  groupWindowMs: duration(),
};

/** Own names under `smtp.logs.`. */
export const logTailKeys: SectionKeys<LogTailSettings> = {
  files: key(texts, "smtp.taskEmailTailFiles"),
  tailBytes: key(count, "smtp.taskLogLength"),
  errorRegex: key(text, "smtp.taskLogErrorRegex"),
  errorRegexCaseSensitive: key(truth, "smtp.taskLogErrorRegexCaseSensitive"),
  searchBytesMax: key(count, "smtp.maxTaskLogSearchOffset"),
};

/** Own names under `smtp.`. */
export const smtpKeys: SectionKeys<SmtpSettings> = {
  host: key(text),
  port: key(count),
  username: key(text),
  password: key(text),
  ssl: key(truth),
  startTls: key(truth, "smtp.startTLS"),
  ca: key(text),
  verifiesCertificate: key(truth),
  from: key(text),
  connectionsMax: key(positive, "smtp.mailMaxThreads"),
  connectTimeoutMs: duration(),
  idleTimeoutMs: duration(),
  sendTimeoutMs: duration(),
  retryMsMin: interval(),
  retryMsMax: interval(),
  giveUpAfterMs: duration(),
  recordsMax: key(positive),
  logsTimeoutMs: duration(),
};

/** Own names under `webhooks.`. */
export const webhookKeys: SectionKeys<WebhookSettings> = {
  retryMs: interval("checkWebhooksEveryMillis"),
  queuedMax: key(count, "maxQueuedUpdatesPerWebhook"),
  undeliverableAfterMs: duration("deleteUndeliverableWebhooksAfterHours", "hours"),
  inFlightMax: key(positive, "maxConcurrentWebhooks"),
  responseTimeoutMs: duration(),
  secrets: key(texts),
  verifiesCertificates: key(truth),
};
