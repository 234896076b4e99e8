package tavola.conformance;

import static tavola.conformance.Expect.refused;
import static tavola.conformance.Expect.same;
import static tavola.conformance.Expect.that;
import static tavola.conformance.Expect.there;
import static tavola.conformance.Expect.until;
import static tavola.conformance.Expect.untilTrue;

import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.ExtendedTaskState;
import com.hubspot.singularity.OrderDirection;
import com.hubspot.singularity.RequestState;
import com.hubspot.singularity.RequestType;
import com.hubspot.singularity.ScheduleType;
import com.hubspot.singularity.SingularityDeploy;
import com.hubspot.singularity.SingularityPendingRequest.PendingType;
import com.hubspot.singularity.SingularityPendingRequestParent;
import com.hubspot.singularity.SingularityPendingTaskId;
import com.hubspot.singularity.SingularityRequest;
import com.hubspot.singularity.SingularityRunNowRequestBuilder;
import com.hubspot.singularity.SingularityTask;
import com.hubspot.singularity.SingularityTaskId;
import com.hubspot.singularity.SingularityTaskIdHistory;
import com.hubspot.singularity.SingularityTaskState;
import com.hubspot.singularity.api.SingularityRunNowRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Jobs: on demand, by schedule, once; and their runs, found by the ids that callers gave them. */
final class Jobs {
  private static final String DEMAND = "java-on-demand";
  private static final String CRON = "java-cron";
  private static final String ONCE = "java-once";

  private final Scheduler scheduler;

  private Jobs(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void run(Scheduler scheduler) throws Exception {
    Jobs story = new Jobs(scheduler);
    story.runOnDemand();
    story.runAtMost();
    story.failAndRetry();
    story.runLater();
    scheduler.remove(DEMAND);
    story.runByCron();
    story.runOnce();
  }

  private void put(SingularityRequest request, SingularityDeploy deploy) throws Exception {
    scheduler.client.createOrUpdateSingularityRequest(request);
    scheduler.post(deploy, "a job");
    scheduler.ended(deploy, DeployState.SUCCEEDED);
  }

  private SingularityPendingRequestParent ask(SingularityRunNowRequest run) {
    return scheduler.client.runSingularityRequest(DEMAND, Optional.of(run));
  }

  private SingularityTaskState ended(String requestId, String runId) throws Exception {
    return until(
        "the end of run " + runId,
        () ->
            scheduler
                .client
                .getTaskState(requestId, runId)
                .filter(SingularityTaskState::isDone));
  }

  private void runOnDemand() throws Exception {
    SingularityRequest request =
        Scheduler.request(DEMAND, RequestType.ON_DEMAND).setInstances(Optional.of(1)).build();
    put(
        request,
        Scheduler.deploy(DEMAND, "v1", "/bin/sh")
            .setShell(Optional.of(false))
            .setArguments(Optional.of(List.of("sh", "-c", "echo \"$GREETING $1\"; exit $2", "job")))
            .build());
    same("a run that never was", Optional.empty(), scheduler.client.getTaskState(DEMAND, "never"));
    SingularityPendingRequestParent asked =
        ask(
            new SingularityRunNowRequestBuilder()
                .setRunId("run-1")
                .setMessage("please")
                .setCommandLineArgs(List.of("world", "0"))
                .setEnvOverrides(Map.of("GREETING", "hello"))
                .build());
    same("run id", Optional.of("run-1"), asked.getPendingRequest().getRunId());
    same("kind", PendingType.ONEOFF, asked.getPendingRequest().getPendingType());
    same("message", Optional.of("please"), asked.getPendingRequest().getMessage());
    same("request", DEMAND, asked.getRequest().getId());
    SingularityTaskState state = ended(DEMAND, "run-1");
    that("it succeeded", state.isSuccess() && !state.isFailed() && !state.isPending());
    same("run id", Optional.of("run-1"), state.getRunId());
    SingularityTaskId id = there("task of the run", state.getTaskId());
    same(
        "by its id",
        state.getCurrentState(),
        there("state", scheduler.client.getTaskState(id.getId())).getCurrentState());
    same("by run", Optional.of(id), scheduler.client.getTaskByRunIdForRequest(DEMAND, "run-1"));
    SingularityTaskIdHistory history =
        there("history of the run", scheduler.client.getTaskIdHistoryByRunId(DEMAND, "run-1"));
    same("its task", id, history.getTaskId());
    same("its end", Optional.of(ExtendedTaskState.TASK_FINISHED), history.getLastTaskState());
    same(
        "the other way to ask",
        Optional.of(history),
        scheduler.client.getHistoryForTask(DEMAND, "run-1"));
    String printed = scheduler.read(id, "stdout").getData();
    that("argument and environment arrived: " + printed, printed.contains("hello world"));
  }

  private void runAtMost() throws Exception {
    SingularityRunNowRequestBuilder slow =
        new SingularityRunNowRequestBuilder().setMessage("takes its time");
    put(
        Scheduler.request(DEMAND, RequestType.ON_DEMAND).setInstances(Optional.of(1)).build(),
        Scheduler.deploy(DEMAND, "v2", "exec sleep 1000").build());
    ask(slow.setRunId("slow-1").build());
    refused(429, "", () -> ask(slow.setRunId("slow-2").build()));
    SingularityTask task =
        until(
            "the run",
            () ->
                scheduler.client.getActiveTasks().stream()
                    .filter(found -> found.getTaskId().getRequestId().equals(DEMAND))
                    .findFirst());
    same(
        "the run's id is kept",
        Optional.of("slow-1"),
        task.getTaskRequest().getPendingTask().getRunId());
    that(
        "running",
        !there("state", scheduler.client.getTaskState(DEMAND, "slow-1")).isDone());
    there("cleanup", scheduler.client.killTask(task.getTaskId().getId(), Optional.empty()));
    SingularityTaskState killed = ended(DEMAND, "slow-1");
    same("killed", Optional.of(ExtendedTaskState.TASK_KILLED), killed.getCurrentState());
    that("not a success", !killed.isSuccess());
  }

  private void failAndRetry() throws Exception {
    put(
        Scheduler.request(DEMAND, RequestType.ON_DEMAND)
            .setInstances(Optional.of(1))
            .setNumRetriesOnFailure(Optional.of(1))
            .build(),
        Scheduler.deploy(DEMAND, "v3", "exit 7").build());
    ask(new SingularityRunNowRequestBuilder().setRunId("bad-1").build());
    SingularityTaskState state = ended(DEMAND, "bad-1");
    that("it failed: " + state, state.isFailed() && !state.isSuccess());
    Collection<SingularityTaskIdHistory> runs =
        until(
            "the run and its retry",
            () ->
                Optional.of(
                        scheduler.client.getInactiveTaskHistoryForRequest(
                            DEMAND,
                            10,
                            1,
                            Optional.empty(),
                            Optional.of("bad-1"),
                            Optional.of(ExtendedTaskState.TASK_FAILED),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(OrderDirection.ASC)))
                    .filter(found -> found.size() == 2));
    for (SingularityTaskIdHistory run : runs) same("deploy", "v3", run.getTaskId().getDeployId());
  }

  private void runLater() {
    long tomorrow = System.currentTimeMillis() + 86_400_000;
    SingularityPendingRequestParent asked =
        scheduler.client.runSingularityRequest(
            DEMAND,
            Optional.of(
                new SingularityRunNowRequestBuilder().setRunId("later").setRunAt(tomorrow).build()),
            true);
    same("when", Optional.of(tomorrow), asked.getPendingRequest().getRunAt());
    SingularityTaskState state = there("state", scheduler.client.getTaskState(DEMAND, "later"));
    that("pending", state.isPending());
    SingularityPendingTaskId id = there("pending id", state.getMaybePendingTaskId());
    same("when it is due", tomorrow, id.getNextRunAt());
    that("queued", scheduler.client.getScheduledTaskIds().contains(id));
    same("taken apart", id, SingularityPendingTaskId.valueOf(id.getId()));
  }

  private void runByCron() throws Exception {
    SingularityRequest request =
        Scheduler.request(CRON, RequestType.SCHEDULED)
            .setScheduleType(Optional.of(ScheduleType.QUARTZ))
            .setSchedule(Optional.of("* * * * * ?"))
            .setScheduleTimeZone(Optional.of("Europe/Rome"))
            .build();
    SingularityRequest never =
        request.toBuilder().setSchedule(Optional.of("every other day")).build();
    refused(400, "", () -> scheduler.client.createOrUpdateSingularityRequest(never));
    put(request, Scheduler.deploy(CRON, "v1", "echo tick").build());
    SingularityRequest kept = scheduler.parent(CRON).getRequest();
    same("schedule", "* * * * * ?", kept.getQuartzScheduleSafe());
    same("zone", Optional.of("Europe/Rome"), kept.getScheduleTimeZone());
    untilTrue("three runs", () -> finished(CRON).size() >= 3);
    scheduler.client.createOrUpdateSingularityRequest(
        request.toBuilder()
            .setScheduleType(Optional.of(ScheduleType.CRON))
            .setSchedule(Optional.of("15 3 1 1 *"))
            .build());
    SingularityPendingTaskId next =
        until(
            "the next run, next year",
            () ->
                scheduler.client.getScheduledTaskIds().stream()
                    .filter(id -> id.getRequestId().equals(CRON))
                    .filter(id -> id.getNextRunAt() > System.currentTimeMillis() + 60_000)
                    .findFirst());
    same("at a quarter past three", 15L, next.getNextRunAt() / 60_000 % 60);
    untilTrue(
        "rest",
        () -> scheduler.client.getActiveTaskHistoryForRequest(CRON).isEmpty());
    int before = finished(CRON).size();
    SingularityPendingRequestParent now =
        scheduler.client.runSingularityRequest(CRON, Optional.empty());
    same("at once", PendingType.IMMEDIATE, now.getPendingRequest().getPendingType());
    untilTrue("one more run", () -> finished(CRON).size() == before + 1);
    scheduler.remove(CRON);
  }

  private List<SingularityTaskIdHistory> finished(String requestId) {
    return scheduler.client.getInactiveTaskHistoryForRequest(requestId).stream()
        .filter(run -> run.getLastTaskState().equals(Optional.of(ExtendedTaskState.TASK_FINISHED)))
        .collect(Collectors.toList());
  }

  private void runOnce() throws Exception {
    put(
        Scheduler.request(ONCE, RequestType.RUN_ONCE).build(),
        Scheduler.deploy(ONCE, "v1", "echo once").build());
    untilTrue("its run", () -> finished(ONCE).size() == 1);
    until(
        "rest",
        () ->
            Optional.of(scheduler.parent(ONCE).getState())
                .filter(state -> state == RequestState.FINISHED || state == RequestState.ACTIVE));
    scheduler.remove(ONCE);
  }
}
