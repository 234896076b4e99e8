package tavola.conformance;

import static tavola.conformance.Expect.refused;
import static tavola.conformance.Expect.same;
import static tavola.conformance.Expect.that;
import static tavola.conformance.Expect.there;
import static tavola.conformance.Expect.until;
import static tavola.conformance.Expect.untilTrue;

import com.hubspot.deploy.HealthcheckOptionsBuilder;
import com.hubspot.mesos.Resources;
import com.hubspot.singularity.AgentPlacement;
import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.ExtendedTaskState;
import com.hubspot.singularity.RequestState;
import com.hubspot.singularity.RequestType;
import com.hubspot.singularity.SingularityDeploy;
import com.hubspot.singularity.SingularityDeployHistory;
import com.hubspot.singularity.SingularityRequest;
import com.hubspot.singularity.SingularityRequestBatch;
import com.hubspot.singularity.SingularityRequestHistory;
import com.hubspot.singularity.SingularityRequestHistory.RequestHistoryType;
import com.hubspot.singularity.SingularityRequestParent;
import com.hubspot.singularity.SingularityRequestWithState;
import com.hubspot.singularity.SingularityTask;
import com.hubspot.singularity.SingularityTaskCleanup;
import com.hubspot.singularity.SingularityTaskHistory;
import com.hubspot.singularity.SingularityTaskHistoryUpdate;
import com.hubspot.singularity.SingularityTaskId;
import com.hubspot.singularity.TaskCleanupType;
import com.hubspot.singularity.api.SingularityBounceRequest;
import com.hubspot.singularity.api.SingularityDeleteRequestRequest;
import com.hubspot.singularity.api.SingularityKillTaskRequest;
import com.hubspot.singularity.api.SingularityPauseRequest;
import com.hubspot.singularity.api.SingularityScaleRequest;
import com.hubspot.singularity.api.SingularityUnpauseRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The life of an HTTP service: created, deployed, asked, scaled, bounced, paused, deleted. */
final class Services {
  private static final String ID = "java-service";

  private final Scheduler scheduler;

  private Services(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void run(Scheduler scheduler) throws Exception {
    Services story = new Services(scheduler);
    story.create();
    story.deploy();
    story.ask();
    story.scale();
    story.bounce();
    story.replaceTask();
    story.pause();
    story.remove();
  }

  private void create() {
    SingularityRequest request =
        Scheduler.request(ID, RequestType.SERVICE)
            .setInstances(Optional.of(2))
            .setAgentPlacement(Optional.of(AgentPlacement.GREEDY))
            .setTaskPriorityLevel(Optional.of(0.75))
            .setReadOnlyGroups(Optional.of(Set.of("readers")))
            .setMaxTasksPerOffer(Optional.of(5))
            .build();
    same("no such request yet", Optional.empty(), scheduler.client.getSingularityRequest(ID));
    scheduler.client.createOrUpdateSingularityRequest(request);
    SingularityRequestParent parent = scheduler.parent(ID);
    same("the request as read back", request, parent.getRequest());
    same("owners", request.getOwners(), parent.getRequest().getOwners());
    same("placement", request.getAgentPlacement(), parent.getRequest().getAgentPlacement());
    same("priority", request.getTaskPriorityLevel(), parent.getRequest().getTaskPriorityLevel());
    same("readers", request.getReadOnlyGroups(), parent.getRequest().getReadOnlyGroups());
    same("state", RequestState.ACTIVE, parent.getState());
    same("active deploy", Optional.empty(), parent.getActiveDeploy());
    SingularityRequestWithState simple =
        there("simple form", scheduler.client.getSingularityRequestSimple(ID));
    same("request of the simple form", request, simple.getRequest());
    that("it has a time", simple.getTimestamp() > 1_600_000_000_000L);
    SingularityRequest changed = request.toBuilder().setRequestType(RequestType.ON_DEMAND).build();
    refused(400, "", () -> scheduler.client.createOrUpdateSingularityRequest(changed));
    SingularityRequest unnamed = Scheduler.request("not allowed!", RequestType.SERVICE).build();
    refused(400, "Id", () -> scheduler.client.createOrUpdateSingularityRequest(unnamed));
  }

  private void deploy() throws Exception {
    SingularityDeploy deploy =
        Scheduler.deploy(ID, "first.1", scheduler.serviceCommand)
            .setResources(Optional.of(new Resources(0.1, 64, 1, 10)))
            .setEnv(Optional.of(Map.of("VERSION", "one")))
            .setMetadata(Optional.of(Map.of("build", "17")))
            .setLabels(Optional.of(Map.of("team", "blue")))
            .setHealthcheck(
                Optional.of(
                    new HealthcheckOptionsBuilder("/health")
                        .setStartupTimeoutSeconds(Optional.of(20))
                        .setStartupIntervalSeconds(Optional.of(1))
                        .setIntervalSeconds(Optional.of(1))
                        .setMaxRetries(Optional.of(4))
                        .build()))
            .build();
    SingularityRequestParent posted = scheduler.post(deploy, "the first");
    var marker =
        there("pending deploy", posted.getRequestDeployState().orElseThrow().getPendingDeploy());
    same("pending deploy", "first.1", marker.getDeployId());
    same("its message", Optional.of("the first"), marker.getMessage());
    refused(409, "", () -> scheduler.post(Scheduler.sleeper(ID, "second").build(), "too early"));
    SingularityDeployHistory history = scheduler.ended(deploy, DeployState.SUCCEEDED);
    SingularityDeploy kept = there("deploy in the history", history.getDeploy());
    same("the deploy's command", deploy.getCommand(), kept.getCommand());
    same("its resources", deploy.getResources(), kept.getResources());
    same("its environment", deploy.getEnv(), kept.getEnv());
    same("its metadata", deploy.getMetadata(), kept.getMetadata());
    same("its labels", deploy.getLabels(), kept.getLabels());
    same("its check", deploy.getHealthcheck(), kept.getHealthcheck());
    List<SingularityTaskId> healthy = scheduler.healthy(ID, 2);
    same(
        "instances",
        Set.of(1, 2),
        healthy.stream().map(SingularityTaskId::getInstanceNo).collect(Collectors.toSet()));
    for (SingularityTaskId id : healthy) {
      same("a task id taken apart", id, SingularityTaskId.valueOf(id.getId()));
      same("its request", ID, id.getRequestId());
      same("its deploy", "first.1", id.getDeployId());
    }
    SingularityRequestParent parent = scheduler.parent(ID);
    same("active deploy", "first.1", there("active", parent.getActiveDeploy()).getId());
    same("pending deploy", Optional.empty(), parent.getPendingDeploy());
  }

  private Collection<SingularityTask> active() {
    return scheduler.client.getActiveTasks().stream()
        .filter(task -> task.getTaskId().getRequestId().equals(ID))
        .collect(Collectors.toList());
  }

  /** Every way to see the tasks; and the tasks themselves, over HTTP. */
  private void ask() throws Exception {
    Set<SingularityTaskId> ids = Set.copyOf(scheduler.healthy(ID, 2));
    HttpClient http = HttpClient.newHttpClient();
    same("active tasks", 2, active().size());
    for (SingularityTask task : active()) {
      that("it is one of the healthy", ids.contains(task.getTaskId()));
      same("Mesos's id", task.getTaskId().getId(), task.getMesosTask().getTaskId().getValue());
      same("its request", ID, task.getTaskRequest().getRequest().getId());
      same("its deploy", "first.1", task.getTaskRequest().getDeploy().getId());
      same("agents", task.getAgentId(), task.getMesosTask().getAgentId());
      long port = there("port", task.getPortByIndex(0));
      URI uri = URI.create("http://" + task.getHostname() + ":" + port + "/timezone/Europe/Rome");
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      same("status of " + uri, 200, answer.statusCode());
      that("its environment: " + answer.body(), answer.body().contains("\"version\":\"one\""));
    }
    that("ids of active tasks", scheduler.client.getActiveTasksIds().containsAll(ids));
    Map<SingularityTaskId, List<SingularityTaskHistoryUpdate>> states =
        scheduler.client.getActiveTaskStates();
    for (SingularityTaskId id : ids) {
      that("running", states.get(id).toString().contains("TASK_RUNNING"));
    }
    var byStatus = there("ids", scheduler.client.getTaskIdsByStatusForRequest(ID));
    same("healthy ids", ids, Set.copyOf(byStatus.getHealthy()));
    var counts = there("counts", scheduler.client.getTaskCountsByStatusForRequest(ID));
    same("active", 2, counts.getActive());
    same("pending and cleaning", 0, counts.getPending() + counts.getCleaning());
    that("listed", idsOf(scheduler.client.getSingularityRequests()).contains(ID));
    that("listed in full", idsOf(scheduler.client.getSingularityRequests(true)).contains(ID));
    that("active", idsOf(scheduler.client.getActiveSingularityRequests()).contains(ID));
    that("not paused", !idsOf(scheduler.client.getPausedSingularityRequests()).contains(ID));
    that("no cooldown", !idsOf(scheduler.client.getCoolDownSingularityRequests()).contains(ID));
    SingularityRequestBatch batch = scheduler.client.getRequestsBatch(Set.of(ID, "java-absent"));
    same("batch", Set.of(ID), idsOf(batch.getRequests()));
    same("not in the batch", Set.of("java-absent"), batch.getNotFound());
  }

  private static Set<String> idsOf(Collection<SingularityRequestParent> parents) {
    return parents.stream()
        .map(parent -> parent.getRequest().getId())
        .collect(Collectors.toSet());
  }

  private static SingularityScaleRequest to(int instances, Optional<Long> durationMillis) {
    return new SingularityScaleRequest(
        Optional.of(instances),
        durationMillis,
        Optional.empty(),
        Optional.of("action-" + instances),
        Optional.of("to " + instances),
        Optional.empty(),
        Optional.empty());
  }

  private void scale() throws Exception {
    scheduler.client.scaleSingularityRequest(ID, to(3, Optional.of(600_000L)));
    scheduler.healthy(ID, 3);
    SingularityRequestParent parent = scheduler.parent(ID);
    same("instances", Optional.of(3), parent.getRequest().getInstances());
    var expiring = there("what will be reverted", parent.getExpiringScale());
    same("reverts to", Optional.of(2), expiring.getRevertToInstances());
    same("action", "action-3", expiring.getActionId());
    same(
        "duration",
        Optional.of(600_000L),
        expiring.getExpiringAPIRequestObject().getDurationMillis());
    refused(
        400,
        "",
        () -> scheduler.client.scaleSingularityRequest(ID, to(1000, Optional.empty())));
    scheduler.client.scaleSingularityRequest(
        ID, to(1, Optional.empty()), Optional.of(true));
    List<SingularityTaskId> left = scheduler.healthy(ID, 1);
    same("the first one stays", 1, left.get(0).getInstanceNo());
  }

  private void bounce() throws Exception {
    SingularityTaskId before = scheduler.healthy(ID, 1).get(0);
    SingularityBounceRequest bounce =
        new SingularityBounceRequest(
            Optional.of(false),
            Optional.empty(),
            Optional.of(60_000L),
            Optional.of("bounce-1"),
            Optional.of("because"),
            Optional.empty());
    scheduler.client.bounceSingularityRequest(ID, Optional.of(bounce));
    refused(
        409,
        "bounc",
        () -> scheduler.client.bounceSingularityRequest(ID, Optional.of(bounce)));
    until(
        "another task",
        () ->
            scheduler.tasks(ID).getHealthy().stream()
                .filter(id -> !id.equals(before))
                .findFirst());
    scheduler.healthy(ID, 1);
    untilTrue(
        "the bounce to be over", () -> scheduler.parent(ID).getExpiringBounce().isEmpty());
    SingularityTaskHistory history =
        there("history of the task", scheduler.client.getHistoryForTask(before.getId()));
    var states =
        history.getTaskUpdates().stream()
            .map(SingularityTaskHistoryUpdate::getTaskState)
            .collect(Collectors.toList());
    that("it was cleaned: " + states, states.contains(ExtendedTaskState.TASK_CLEANING));
    same("it was killed", ExtendedTaskState.TASK_KILLED, states.get(states.size() - 1));
  }

  private void replaceTask() throws Exception {
    SingularityTaskId task = scheduler.healthy(ID, 1).get(0);
    SingularityKillTaskRequest wanted =
        new SingularityKillTaskRequest(
            Optional.empty(),
            Optional.of("it smells"),
            Optional.of("kill-1"),
            Optional.of(true),
            Optional.empty());
    SingularityTaskCleanup cleanup =
        there("cleanup", scheduler.client.killTask(task.getId(), Optional.of(wanted)));
    same("why", TaskCleanupType.USER_REQUESTED_TASK_BOUNCE, cleanup.getCleanupType());
    same("whom", task, cleanup.getTaskId());
    same("message", Optional.of("it smells"), cleanup.getMessage());
    SingularityTaskCleanup again =
        there("the same", scheduler.client.killTask(task.getId(), Optional.of(wanted)));
    same("asked for again", cleanup.getCleanupType(), again.getCleanupType());
    untilTrue(
        "a replacement", () -> !scheduler.tasks(ID).getHealthy().contains(task));
    scheduler.healthy(ID, 1);
    same(
        "killing what is not there",
        Optional.empty(),
        scheduler.client.killTask("java-service-first.1-1-1-nohost-DEFAULT", Optional.empty()));
  }

  private void pause() throws Exception {
    SingularityPauseRequest pause =
        new SingularityPauseRequest(
            Optional.of(true),
            Optional.empty(),
            Optional.of("pause-1"),
            Optional.of("for the night"),
            Optional.empty());
    scheduler.client.pauseSingularityRequest(ID, Optional.of(pause));
    scheduler.healthy(ID, 0);
    same("state", RequestState.PAUSED, scheduler.parent(ID).getState());
    that("paused", idsOf(scheduler.client.getPausedSingularityRequests()).contains(ID));
    that("not active", !idsOf(scheduler.client.getActiveSingularityRequests()).contains(ID));
    refused(
        409, "paused", () -> scheduler.client.pauseSingularityRequest(ID, Optional.empty()));
    refused(
        409, "paused", () -> scheduler.post(Scheduler.sleeper(ID, "third").build(), "asleep"));
    scheduler.client.unpauseSingularityRequest(
        ID,
        Optional.of(
            new SingularityUnpauseRequest(
                Optional.of("good morning"), Optional.empty(), Optional.empty())));
    scheduler.healthy(ID, 1);
    same("state", RequestState.ACTIVE, scheduler.parent(ID).getState());
    refused(
        409, "", () -> scheduler.client.unpauseSingularityRequest(ID, Optional.empty()));
    refused(409, "", () -> scheduler.client.exitCooldown(ID, Optional.empty()));
  }

  private void remove() throws Exception {
    SingularityRequest deleted =
        there(
            "deleted request",
            scheduler.client.deleteSingularityRequest(
                ID,
                Optional.of(
                    new SingularityDeleteRequestRequest(
                        Optional.of("no longer"), Optional.of("delete-1"), Optional.empty()))));
    same("deleted", ID, deleted.getId());
    untilTrue("it to be gone", () -> scheduler.client.getSingularityRequest(ID).isEmpty());
    untilTrue("its tasks to be gone", () -> active().isEmpty());
    List<RequestHistoryType> events =
        until(
            "the deletion in the history",
            () ->
                Optional.of(
                        scheduler
                            .client
                            .getHistoryForRequest(ID, Optional.of(100), Optional.of(1))
                            .stream()
                            .map(SingularityRequestHistory::getEventType)
                            .collect(Collectors.toList()))
                    .filter(found -> found.contains(RequestHistoryType.DELETED)));
    for (RequestHistoryType wanted :
        List.of(
            RequestHistoryType.CREATED,
            RequestHistoryType.SCALED,
            RequestHistoryType.BOUNCED,
            RequestHistoryType.PAUSED,
            RequestHistoryType.UNPAUSED,
            RequestHistoryType.DELETING)) {
      that(wanted + " is among " + events, events.contains(wanted));
    }
    same(
        "deleting what is not there",
        Optional.empty(),
        scheduler.client.deleteSingularityRequest(ID, Optional.empty()));
  }
}
