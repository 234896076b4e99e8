package tavola.conformance;

import static tavola.conformance.Expect.refused;
import static tavola.conformance.Expect.same;
import static tavola.conformance.Expect.that;
import static tavola.conformance.Expect.there;
import static tavola.conformance.Expect.until;

import com.hubspot.mesos.Resources;
import com.hubspot.singularity.CanaryDeploySettings;
import com.hubspot.singularity.CanaryDeploySettingsBuilder;
import com.hubspot.singularity.DeployAcceptanceMode;
import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.RequestState;
import com.hubspot.singularity.RequestType;
import com.hubspot.singularity.SingularityDeploy;
import com.hubspot.singularity.SingularityDeployHistory;
import com.hubspot.singularity.SingularityDeployResult;
import com.hubspot.singularity.SingularityPendingDeploy;
import com.hubspot.singularity.SingularityRequest;
import com.hubspot.singularity.SingularityRequestParent;
import com.hubspot.singularity.SingularityTaskId;
import com.hubspot.singularity.SingularityUpdatePendingDeployRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Deploys of a worker that do not simply succeed. */
final class Deploys {
  private static final String ID = "java-deploys";
  private static final SingularityRequest WORKER =
      Scheduler.request(ID, RequestType.WORKER).setInstances(Optional.of(1)).build();

  private final Scheduler scheduler;

  private Deploys(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void run(Scheduler scheduler) throws Exception {
    Deploys story = new Deploys(scheduler);
    scheduler.client.createOrUpdateSingularityRequest(WORKER);
    scheduler.post(Scheduler.sleeper(ID, "good").build(), "the good one");
    scheduler.ended(ID, "good", DeployState.SUCCEEDED);
    story.refuse();
    story.fail();
    story.cancel();
    story.runLate();
    story.changeRequest();
    story.unpause();
    story.advanceBySteps();
    story.tryCanary();
    story.lookBack();
    scheduler.remove(ID);
  }

  private void refuse() {
    SingularityDeploy hyphened = Scheduler.sleeper(ID, "not-allowed").build();
    refused(400, "Id", () -> scheduler.post(hyphened, ""));
    SingularityDeploy used = Scheduler.sleeper(ID, "good").build();
    refused(400, "deploy", () -> scheduler.post(used, ""));
    SingularityDeploy lost = Scheduler.sleeper("java-absent", "one").build();
    refused(404, "java-absent", () -> scheduler.post(lost, ""));
    SingularityDeploy idle = Scheduler.sleeper(ID, "idle").setCommand(Optional.empty()).build();
    refused(400, "", () -> scheduler.post(idle, ""));
    SingularityDeploy greedy =
        Scheduler.sleeper(ID, "greedy").setResources(Optional.of(new Resources(900, 1, 0))).build();
    refused(400, "", () -> scheduler.post(greedy, ""));
    same(
        "a deploy that never was",
        Optional.empty(),
        scheduler.client.getHistoryForRequestDeploy(ID, "never"));
  }

  /** The new one ends at once; the old one is not touched. */
  private void fail() throws Exception {
    List<SingularityTaskId> before = scheduler.healthy(ID, 1);
    SingularityDeploy bad = Scheduler.deploy(ID, "bad", "exit 3").build();
    scheduler.post(bad, "does not start");
    SingularityDeployHistory history = scheduler.ended(bad, DeployState.FAILED);
    SingularityDeployResult result = history.getDeployResult().orElseThrow();
    that("it says which task failed", !result.getDeployFailures().isEmpty());
    SingularityTaskId failed =
        there("failed task", result.getDeployFailures().get(0).getTaskId());
    same("of the bad deploy", "bad", failed.getDeployId());
    same("who said so", Optional.of("does not start"), history.getDeployMarker().getMessage());
    same("what ran before", before, scheduler.healthy(ID, 1));
    same("active", "good", there("active", scheduler.parent(ID).getActiveDeploy()).getId());
    var statistics = there("statistics", history.getDeployStatistics());
    that("its failures are counted: " + statistics, statistics.getNumFailures() >= 1);
  }

  private void cancel() throws Exception {
    SingularityDeploy slow =
        Scheduler.sleeper(ID, "slow")
            .setConsiderHealthyAfterRunningForSeconds(Optional.of(600L))
            .build();
    SingularityRequestParent parent = scheduler.post(slow, "slow");
    SingularityPendingDeploy pending = there("pending deploy", parent.getPendingDeployState());
    same("its state", DeployState.WAITING, pending.getCurrentDeployState());
    same("whose", "slow", pending.getDeployMarker().getDeployId());
    until(
        "its task",
        () ->
            scheduler.tasks(ID).getNotYetHealthy().stream()
                .filter(id -> id.getDeployId().equals("slow"))
                .findFirst());
    SingularityRequestParent cancelled =
        scheduler.client.cancelPendingDeployForSingularityRequest(ID, "slow");
    same("whose deploy", ID, cancelled.getRequest().getId());
    scheduler.ended(slow, DeployState.CANCELED);
    same("what is left", "good", scheduler.healthy(ID, 1).get(0).getDeployId());
    refused(
        400, "", () -> scheduler.client.cancelPendingDeployForSingularityRequest(ID, "slow"));
  }

  /** No agent has so much: the deploy is late, its task goes from the queue. */
  private void runLate() throws Exception {
    SingularityDeploy large =
        Scheduler.sleeper(ID, "large")
            .setResources(Optional.of(new Resources(45, 32, 0)))
            .setDeployHealthTimeoutSeconds(Optional.of(1L))
            .build();
    scheduler.post(large, "large");
    until(
        "its task in the queue",
        () ->
            scheduler.client.getScheduledTasks().stream()
                .filter(task -> task.getDeploy().getId().equals("large"))
                .filter(task -> task.getRequest().getId().equals(ID))
                .findFirst());
    that(
        "its id in the queue",
        scheduler.client.getScheduledTaskIds().stream()
            .anyMatch(id -> id.getDeployId().equals("large")));
    scheduler.ended(large, DeployState.OVERDUE);
    same("what is left", "good", scheduler.healthy(ID, 1).get(0).getDeployId());
  }

  private SingularityRequestParent postWith(SingularityDeploy deploy, SingularityRequest request) {
    return scheduler.client.createDeployForSingularityRequest(
        ID, deploy, Optional.empty(), Optional.of("with its request"), Optional.of(request));
  }

  private void changeRequest() throws Exception {
    SingularityRequest three = WORKER.toBuilder().setInstances(Optional.of(3)).build();
    SingularityDeploy bad = Scheduler.deploy(ID, "bad2", "exit 1").build();
    postWith(bad, three);
    scheduler.ended(bad, DeployState.FAILED);
    same("unchanged", Optional.of(1), scheduler.parent(ID).getRequest().getInstances());
    SingularityDeploy good = Scheduler.sleeper(ID, "good2").build();
    postWith(good, WORKER.toBuilder().setInstances(Optional.of(2)).build());
    scheduler.ended(good, DeployState.SUCCEEDED);
    same("changed", Optional.of(2), scheduler.parent(ID).getRequest().getInstances());
    scheduler.healthy(ID, 2);
  }

  private void unpause() throws Exception {
    scheduler.client.pauseSingularityRequest(ID, Optional.empty());
    scheduler.healthy(ID, 0);
    SingularityDeploy waking = Scheduler.sleeper(ID, "waking").build();
    SingularityRequestParent parent =
        scheduler.client.createDeployForSingularityRequest(
            ID, waking, Optional.of(true), Optional.of("wake up"));
    same("on its way", RequestState.DEPLOYING_TO_UNPAUSE, parent.getState());
    scheduler.ended(waking, DeployState.SUCCEEDED);
    same("awake", RequestState.ACTIVE, scheduler.parent(ID).getState());
    scheduler.healthy(ID, 2);
  }

  private void advanceBySteps() throws Exception {
    SingularityDeploy steps =
        Scheduler.sleeper(ID, "steps")
            .setDeployInstanceCountPerStep(Optional.of(1))
            .setAutoAdvanceDeploySteps(Optional.of(false))
            .setDeployStepWaitTimeMs(Optional.of(4_000))
            .build();
    scheduler.post(steps, "step by step");
    until(
        "the first step",
        () ->
            scheduler
                .parent(ID)
                .getPendingDeployState()
                .filter(
                    pending ->
                        pending.getDeployProgress().getTargetActiveInstances() == 1
                            && pending.getDeployProgress().isStepLaunchComplete()));
    until(
        "the new one beside the old ones",
        () -> {
          var healthy =
              scheduler.tasks(ID).getHealthy().stream()
                  .map(SingularityTaskId::getDeployId)
                  .sorted()
                  .collect(Collectors.toList());
          return Optional.of(healthy).filter(List.of("steps", "waking", "waking")::equals);
        });
    scheduler.client.updateIncrementalDeployInstanceCount(
        new SingularityUpdatePendingDeployRequest(ID, "steps", 2));
    scheduler.ended(steps, DeployState.SUCCEEDED);
    for (SingularityTaskId id : scheduler.healthy(ID, 2)) same("new", "steps", id.getDeployId());
  }

  private void tryCanary() throws Exception {
    CanaryDeploySettings settings =
        new CanaryDeploySettingsBuilder()
            .setEnableCanaryDeploy(true)
            .setAcceptanceMode(DeployAcceptanceMode.TIMED)
            .setInstanceGroupSize(1)
            .setWaitMillisBetweenGroups(500)
            .setCanaryCycleCount(2)
            .build();
    SingularityDeploy canary =
        Scheduler.sleeper(ID, "canary").setCanaryDeploySettings(settings).build();
    SingularityRequestParent parent = scheduler.post(canary, "one first");
    that("a canary", parent.getPendingDeployState().orElseThrow().getDeployProgress().isCanary());
    SingularityDeployHistory history = scheduler.ended(canary, DeployState.SUCCEEDED);
    var kept = history.getDeploy().orElseThrow().getCanaryDeploySettings();
    same("cycles", 2, kept.getCanaryCycleCount());
    same("mode", DeployAcceptanceMode.TIMED, kept.getAcceptanceMode());
    scheduler.healthy(ID, 2);
  }

  private void lookBack() {
    List<String> first = page(1);
    same("newest first", List.of("canary", "steps", "waking"), first);
    same("the next page", List.of("good2", "bad2", "large"), page(2));
    that("no crash loop", scheduler.client.getCrashLoopsForRequest(ID).isEmpty());
    that("nor among all", !scheduler.client.getAllCrashLoops().containsKey(ID));
  }

  private List<String> page(int page) {
    return scheduler.client.getRequestDeployHistories(ID, 3, page, Optional.empty()).stream()
        .map(history -> history.getDeployMarker().getDeployId())
        .collect(Collectors.toList());
  }
}
