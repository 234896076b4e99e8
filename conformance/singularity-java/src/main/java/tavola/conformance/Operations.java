package tavola.conformance;

import static tavola.conformance.Expect.refused;
import static tavola.conformance.Expect.same;
import static tavola.conformance.Expect.that;
import static tavola.conformance.Expect.there;
import static tavola.conformance.Expect.until;
import static tavola.conformance.Expect.untilTrue;

import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.SingularityAction;
import com.hubspot.singularity.SingularityAuthorizationScope;
import com.hubspot.singularity.SingularityCreateResult;
import com.hubspot.singularity.SingularityDeleteResult;
import com.hubspot.singularity.SingularityDisabledAction;
import com.hubspot.singularity.SingularityDisasterType;
import com.hubspot.singularity.SingularityDisastersData;
import com.hubspot.singularity.SingularityHostState;
import com.hubspot.singularity.SingularityPendingRequestParent;
import com.hubspot.singularity.SingularityPriorityFreezeParent;
import com.hubspot.singularity.SingularityRequestGroup;
import com.hubspot.singularity.SingularityState;
import com.hubspot.singularity.SingularityWebhook;
import com.hubspot.singularity.WebhookType;
import com.hubspot.singularity.api.SingularityDisabledActionRequest;
import com.hubspot.singularity.api.SingularityPriorityFreeze;
import com.hubspot.singularity.api.SingularityUpdateGroupsRequest;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What operators do: look at the whole, forbid actions, freeze, group, be told, give rights. */
final class Operations {
  private static final String ID = "java-operations";

  private final Scheduler scheduler;

  private Operations(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void run(Scheduler scheduler) throws Exception {
    Operations story = new Operations(scheduler);
    scheduler.wantWorkers(ID, 1);
    story.beTold();
    story.lookAtAll();
    story.forbid();
    story.declareDisaster();
    story.freezePriority();
    story.group();
    story.giveRights();
    story.notifyPeople();
    scheduler.remove(ID);
  }

  /** Webhooks of each kind, to a server of our own. */
  private void beTold() throws Exception {
    Queue<String> told = new ConcurrentLinkedQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> hear(exchange, told));
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      for (WebhookType type : List.of(WebhookType.TASK, WebhookType.REQUEST, WebhookType.DEPLOY)) {
        SingularityWebhook hook =
            new SingularityWebhook(
                url + "/" + type + "/$REQUEST_ID", Optional.empty(), Optional.empty(), type);
        same(
            "created",
            Optional.of(SingularityCreateResult.CREATED),
            scheduler.client.addWebhook(hook));
      }
      same("hooks", 3, scheduler.client.getActiveWebhook().size());
      scheduler.post(Scheduler.sleeper(ID, "v1").build(), "be told");
      scheduler.ended(ID, "v1", DeployState.SUCCEEDED);
      untilTrue("the task to run", () -> heard(told, "/TASK/" + ID, "TASK_RUNNING"));
      untilTrue("the deploy to start", () -> heard(told, "/DEPLOY/" + ID, "STARTING"));
      untilTrue("the deploy to end", () -> heard(told, "/DEPLOY/" + ID, "SUCCEEDED"));
      scheduler.client.pauseSingularityRequest(ID, Optional.empty());
      untilTrue("the pause", () -> heard(told, "/REQUEST/" + ID, "PAUSED"));
      scheduler.client.unpauseSingularityRequest(ID, Optional.empty());
      scheduler.healthy(ID, 1);
      for (SingularityWebhook hook : scheduler.client.getActiveWebhook()) {
        untilTrue("an empty queue of " + hook.getUri(), () -> queued(hook) == 0);
        same(
            "deleted",
            Optional.of(SingularityDeleteResult.DELETED),
            scheduler.client.deleteWebhook(hook.getId()));
      }
      same("hooks", 0, scheduler.client.getActiveWebhook().size());
    } finally {
      server.stop(0);
    }
  }

  private static void hear(com.sun.net.httpserver.HttpExchange exchange, Queue<String> told)
      throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    told.add(exchange.getRequestURI() + " " + new String(body, StandardCharsets.UTF_8));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static boolean heard(Queue<String> told, String path, String word) {
    return told.stream().anyMatch(text -> text.startsWith(path) && text.contains(word));
  }

  private int queued(SingularityWebhook hook) {
    switch (hook.getType()) {
      case TASK:
        return scheduler.client.getQueuedTaskUpdates(hook.getId()).size();
      case DEPLOY:
        return scheduler.client.getQueuedDeployUpdates(hook.getId()).size();
      default:
        return scheduler.client.getQueuedRequestUpdates(hook.getId()).size();
    }
  }

  private void lookAtAll() {
    SingularityState state =
        scheduler.client.getState(Optional.of(true), Optional.of(true));
    that("active tasks", state.getActiveTasks() >= 1);
    that("active requests", state.getActiveRequests() >= 1);
    that("all requests", state.getAllRequests() >= state.getActiveRequests());
    same("agents", 2, state.getActiveAgents());
    same("slaves", 2, state.getActiveSlaves());
    same("racks", 1, state.getActiveRacks());
    same("dead", 0, state.getDeadAgents() + state.getDeadRacks());
    same("late", 0, state.getLateTasks());
    that("generated", state.getGeneratedAt() > 1_600_000_000_000L);
    SingularityHostState host = state.getHostStates().get(0);
    that("it leads", host.isMaster() && host.isMesosConnected());
    same("driver", "DRIVER_RUNNING", host.getDriverStatus());
    that("its master: " + host.getMesosMaster(), host.getMesosMaster().contains(":"));
    var info = scheduler.client.getScheduledTasksInfo();
    same("late", 0, info.getLateTasks().size());
    that("when", info.getTimestamp() > 1_600_000_000_000L);
    // Absent until the first reconciliation has ended.
    scheduler
        .client
        .getTaskReconciliationStatistics()
        .ifPresent(found -> that("begun", found.getTaskReconciliationStartedAt() > 0));
    var use = there("utilization", scheduler.client.getClusterUtilization());
    that("processors", use.getTotalCpuAvailable() > 0);
    that("memory", use.getTotalMemBytesAvailable() > 0);
    var limits = there("limits", scheduler.client.getSingularityLimits());
    same("decommissioning at once", 2, limits.getMaxDecommissioningAgents());
    same("in cleanup", 0, scheduler.client.getCleanupSingularityRequests().size());
    same("in the queue", 0, scheduler.client.getPendingSingularityRequests().size());
    same("revision of " + ID, true, scheduler.client.headRequest(ID).isPresent());
  }

  private void forbid() {
    SingularityDisabledActionRequest freeze =
        new SingularityDisabledActionRequest(
            SingularityAction.DEPLOY, Optional.of("freeze until Monday"));
    scheduler.client.disableAction(SingularityAction.DEPLOY, Optional.of(freeze));
    SingularityDisabledAction disabled =
        scheduler.client.getDisabledActions().iterator().next();
    same("action", SingularityAction.DEPLOY, disabled.getType());
    same(
        "message", "Cannot perform action DEPLOY: freeze until Monday", disabled.getMessage());
    that("until somebody allows it", !disabled.isAutomaticallyClearable());
    refused(
        409,
        "freeze until Monday",
        () -> scheduler.post(Scheduler.sleeper(ID, "v2").build(), "too late"));
    scheduler.client.enableAction(SingularityAction.DEPLOY);
    same("disabled", 0, scheduler.client.getDisabledActions().size());
  }

  private void declareDisaster() {
    scheduler.client.disableAutomatedDisasterCreation();
    SingularityDisastersData data = there("data", scheduler.client.getDisasterStats());
    that("automation is off", data.isAutomatedActionsDisabled());
    that("there are numbers", !data.getStats().isEmpty());
    same("of agents", 2, data.getStats().get(0).getNumActiveAgents());
    same("of slaves", 2, data.getStats().get(0).getNumActiveSlaves());
    that("every kind of disaster", data.getDisasters().size() >= 4);
    that("none active", data.getDisasters().stream().noneMatch(found -> found.isActive()));
    scheduler.client.activateDisaster(SingularityDisasterType.USER_INITIATED);
    same(
        "active",
        List.of(SingularityDisasterType.USER_INITIATED),
        List.copyOf(scheduler.client.getActiveDisasters()));
    scheduler.client.removeDisaster(SingularityDisasterType.USER_INITIATED);
    same("active", 0, scheduler.client.getActiveDisasters().size());
    for (SingularityDisabledAction left : scheduler.client.getDisabledActions()) {
      scheduler.client.enableAction(left.getType());
    }
    scheduler.client.enableAutomatedDisasterCreation();
    that("on", !scheduler.client.getDisasterStats().orElseThrow().isAutomatedActionsDisabled());
  }

  private void freezePriority() {
    same("no freeze", Optional.empty(), scheduler.client.getActivePriorityFreeze());
    SingularityPriorityFreezeParent frozen =
        there(
            "freeze",
            scheduler.client.createPriorityFreeze(
                new SingularityPriorityFreeze(
                    0.2, false, Optional.of("calm"), Optional.of("freeze-1"))));
    same("from", 0.2, frozen.getPriorityFreeze().getMinimumPriorityLevel());
    SingularityPriorityFreezeParent read =
        there("freeze", scheduler.client.getActivePriorityFreeze());
    same("message", Optional.of("calm"), read.getPriorityFreeze().getMessage());
    same("since", frozen.getTimestamp(), read.getTimestamp());
    scheduler.client.deletePriorityFreeze();
    same("thawed", Optional.empty(), scheduler.client.getActivePriorityFreeze());
    // The client keeps the refusal to itself.
    SingularityPriorityFreeze wrong =
        new SingularityPriorityFreeze(7, false, Optional.empty(), Optional.empty());
    same("refused", Optional.empty(), scheduler.client.createPriorityFreeze(wrong));
    same("no freeze", Optional.empty(), scheduler.client.getActivePriorityFreeze());
  }

  private void group() {
    SingularityRequestGroup group =
        new SingularityRequestGroup("java-group", List.of(ID), Map.of("team", "blue"));
    same("saved", group.getId(), there("it", scheduler.client.saveRequestGroup(group)).getId());
    SingularityRequestGroup read =
        there("group", scheduler.client.getRequestGroup("java-group"));
    same("requests", group.getRequestIds(), read.getRequestIds());
    same("metadata", group.getMetadata(), read.getMetadata());
    same("groups", 1, scheduler.client.getRequestGroups().size());
    scheduler.client.deleteRequestGroup("java-group");
    same("gone", Optional.empty(), scheduler.client.getRequestGroup("java-group"));
  }

  /** Nobody has to say who they are here: everybody may do everything. */
  private void giveRights() throws InterruptedException {
    for (SingularityAuthorizationScope scope : SingularityAuthorizationScope.values()) {
      that("may " + scope, scheduler.client.isUserAuthorized(ID, scope));
      that("ann may " + scope, scheduler.client.isUserAuthorized(ID, "ann", scope));
    }
    SingularityUpdateGroupsRequest rights =
        new SingularityUpdateGroupsRequest(
            Optional.of("blue"),
            Set.of("red"),
            Set.of("green"),
            Optional.empty(),
            Optional.of("new owners"));
    that("may change", scheduler.client.checkAuthForRequestGroupsUpdate(ID, rights));
    SingularityPendingRequestParent updated =
        scheduler.client.updateAuthorizedGroups(ID, rights);
    same("group", Optional.of("blue"), updated.getRequest().getGroup());
    var read = until("request", () -> scheduler.client.getSingularityRequest(ID)).getRequest();
    same("writers", Optional.of(Set.of("red")), read.getReadWriteGroups());
    same("readers", Optional.of(Set.of("green")), read.getReadOnlyGroups());
  }

  private void notifyPeople() {
    scheduler.client.subscribeToNotifications("ann@example.com");
    that(
        "subscribed", scheduler.client.getNotificationAllowlist().contains("ann@example.com"));
    scheduler.client.unsubscribeFromNotification("ann@example.com");
    that(
        "no more", !scheduler.client.getNotificationAllowlist().contains("ann@example.com"));
  }
}
