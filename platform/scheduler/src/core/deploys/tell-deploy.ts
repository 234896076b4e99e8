/**
 * What others hear of a deploy: history, DEPLOY webhooks, and the mails that Singularity never sent.
 */

import { given } from "../given.ts";
import { putMail } from "../mail/put-mail.ts";
import type { DeployHistory, DeployUpdate } from "../model/deploy-progress.ts";
import { type DeployRecord, deployKey } from "../records.ts";
import type { Turn } from "../turn.ts";
import { announce } from "../webhooks/announce.ts";

export function deployHistoryOf(record: DeployRecord): DeployHistory {
  const { marker, deploy, result, statistics } = record;
  return {
    deployMarker: marker,
    deploy,
    ...given({ deployResult: result, deployStatistics: statistics }),
  };
}

/** As its record says now; told again when there is more to say. */
export function tellHistory(turn: Turn, record: DeployRecord): void {
  const { requestId, id } = record.deploy;
  turn.put("outboxDeploy", deployKey(requestId, id), deployHistoryOf(record));
}

export function announceDeploy(
  turn: Turn,
  { deploy, marker, result }: DeployRecord,
  eventType: "STARTING" | "FINISHED",
): void {
  const { requestId, id: deployId } = deploy;
  const body: DeployUpdate = {
    deployMarker: marker,
    deploy,
    eventType,
    ...given({ deployResult: result }),
  };
  announce(turn, { type: "DEPLOY", requestId, deployId, body });
}

export interface DeployMail {
  /** What it leads with. */
  readonly message: string;
  /** It had succeeded, and its request goes back to this deploy. */
  readonly rolledBackTo?: string;
}

export function mailDeploy(
  turn: Turn,
  type: "DEPLOY_FAILED" | "DEPLOY_SUCCEEDED",
  record: DeployRecord,
  { message, rolledBackTo }: DeployMail,
): void {
  const { requestId } = record.deploy;
  const request = turn.get("request", requestId)?.request;
  putMail(turn, {
    type,
    requestId,
    message,
    deployHistory: deployHistoryOf(record),
    ...given({ request, user: record.marker.user }),
    ...(rolledBackTo === undefined ? {} : { details: { rolledBackTo } }),
  });
}
