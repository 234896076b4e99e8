/**
 * What a custom executor is told of its task: Singularity's executor data as JSON, or the command.
 */

import type { LaunchSubject } from "./task-info.ts";

export function executorData({ task, request, deploy }: LaunchSubject): Uint8Array | undefined {
  const { executorData: data, command } = deploy;
  const encode = (text: string): Uint8Array => Buffer.from(text);
  if (data === undefined) return command === undefined ? undefined : encode(command);
  const { pendingTask } = task;
  const extraCmdLineArgs = [
    ...(data.extraCmdLineArgs ?? []),
    ...(pendingTask.cmdLineArgsList ?? []),
  ];
  const user = pendingTask.runAsUserOverride ?? data.user;
  const check = request.skipHealthchecks === true ? undefined : deploy.healthcheck;
  return encode(
    JSON.stringify({
      ...data,
      extraCmdLineArgs,
      ...(user === undefined ? {} : { user }),
      s3UploaderAdditionalFiles: [
        ...(pendingTask.s3UploaderAdditionalFiles ?? []),
        ...(deploy.s3UploaderAdditionalFiles ?? []),
      ],
      defaultS3Bucket: "",
      s3UploaderKeyPattern: "",
      serviceLog: "service.log",
      serviceFinishedTailLog: "tail_of_finished_service.log",
      ...(request.group === undefined ? {} : { requestGroup: request.group }),
      ...(check === undefined ? {} : { healthcheckOptions: check }),
    }),
  );
}
