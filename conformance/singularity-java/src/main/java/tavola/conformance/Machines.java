package tavola.conformance;

import static tavola.conformance.Expect.refused;
import static tavola.conformance.Expect.same;
import static tavola.conformance.Expect.that;
import static tavola.conformance.Expect.there;
import static tavola.conformance.Expect.until;

import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.MachineState;
import com.hubspot.singularity.SingularityAgent;
import com.hubspot.singularity.SingularitySlave;
import com.hubspot.singularity.SingularityTask;
import com.hubspot.singularity.SingularityTaskId;
import com.hubspot.singularity.api.SingularityMachineChangeRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Agents and racks taken out of use and back, while a service runs on them. */
final class Machines {
  private static final String ID = "java-machines";
  private static final String RACK = "DEFAULT";

  private final Scheduler scheduler;

  private Machines(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void run(Scheduler scheduler) throws Exception {
    Machines story = new Machines(scheduler);
    story.list();
    scheduler.wantWorkers(ID, 1);
    scheduler.post(Scheduler.sleeper(ID, "v1").build(), "moves about");
    scheduler.ended(ID, "v1", DeployState.SUCCEEDED);
    scheduler.healthy(ID, 1);
    story.decommission();
    story.freeze();
    story.freezeRack();
    story.markInactive();
    scheduler.remove(ID);
  }

  private static SingularityMachineChangeRequest because(String message) {
    return new SingularityMachineChangeRequest(Optional.of(message));
  }

  private void list() {
    Collection<SingularityAgent> agents = scheduler.client.getAgents(Optional.empty());
    Collection<SingularitySlave> slaves = scheduler.client.getSlaves(Optional.empty());
    same("agents", 2, agents.size());
    Set<String> ids = agents.stream().map(SingularityAgent::getId).collect(Collectors.toSet());
    same(
        "under the old name",
        ids,
        slaves.stream().map(SingularitySlave::getId).collect(Collectors.toSet()));
    for (SingularityAgent agent : agents) {
      same("state", MachineState.ACTIVE, agent.getCurrentState().getState());
      same("rack", RACK, agent.getRackId());
      that("processors", agent.getResources().orElseThrow().getNumCpus().orElse(0) > 0);
      that("memory", agent.getResources().orElseThrow().getMemoryMegaBytes().orElse(0) > 0);
      that("ports", agent.getResources().orElseThrow().getPorts().orElse("").contains("-"));
      SingularityAgent one = there("agent", scheduler.client.getAgent(agent.getId()));
      same("host", agent.getHost(), one.getHost());
      same("slave", agent.getId(), scheduler.client.getSlave(agent.getId()).orElseThrow().getId());
    }
    same("active", 2, scheduler.client.getAgents(Optional.of(MachineState.ACTIVE)).size());
    same("frozen", 0, scheduler.client.getSlaves(Optional.of(MachineState.FROZEN)).size());
    same("a stranger", Optional.empty(), scheduler.client.getAgent("no-such-agent"));
  }

  private MachineState stateOf(String agentId) {
    return there("agent", scheduler.client.getAgent(agentId)).getCurrentState().getState();
  }

  private void reaches(String agentId, MachineState state) throws InterruptedException {
    until(
        agentId + " to be " + state,
        () -> Optional.of(stateOf(agentId)).filter(state::equals));
  }

  private SingularityTask task() {
    return scheduler.client.getActiveTasks().stream()
        .filter(task -> task.getTaskId().getRequestId().equals(ID))
        .findFirst()
        .orElseThrow();
  }

  /** Its task moves to the other agent, and comes to no harm before that. */
  private void decommission() throws InterruptedException {
    SingularityTaskId before = task().getTaskId();
    String agent = task().getAgentId().getValue();
    same(
        "its tasks",
        List.of(before),
        scheduler.client.getActiveTasksOnAgent(agent).stream()
            .map(SingularityTask::getTaskId)
            .filter(task -> task.getRequestId().equals(ID))
            .collect(Collectors.toList()));
    that("ids", scheduler.client.getActiveTaskIdsOnAgent(agent).contains(before));
    that("by the old name", scheduler.client.getActiveTaskIdsOnSlave(agent).contains(before));
    scheduler.client.decommissionAgent(agent, Optional.of(because("new disk")));
    reaches(agent, MachineState.DECOMMISSIONED);
    SingularityAgent decommissioned = there("agent", scheduler.client.getAgent(agent));
    same(
        "message", Optional.of("new disk"), decommissioned.getCurrentState().getMessage());
    SingularityTaskId moved = scheduler.healthy(ID, 1).get(0);
    that("another task", !moved.equals(before));
    that("elsewhere", !task().getAgentId().getValue().equals(agent));
    same(
        "decommissioned",
        1,
        scheduler.client.getSlaves(Optional.of(MachineState.DECOMMISSIONED)).size());
    refused(
        409,
        "",
        () -> scheduler.client.decommissionAgent(agent, Optional.of(because("once more"))));
    scheduler.client.activateAgent(agent, Optional.of(because("repaired")));
    reaches(agent, MachineState.ACTIVE);
  }

  private void freeze() throws InterruptedException {
    SingularityTaskId task = scheduler.healthy(ID, 1).get(0);
    String agent = task().getAgentId().getValue();
    scheduler.client.freezeSlave(agent, Optional.of(because("wait")));
    reaches(agent, MachineState.FROZEN);
    same("its task stays", List.of(task), scheduler.healthy(ID, 1));
    refused(
        409, "", () -> scheduler.client.freezeAgent(agent, Optional.of(because("once more"))));
    scheduler.client.activateSlave(agent, Optional.of(because("go on")));
    reaches(agent, MachineState.ACTIVE);
    refused(
        404, "", () -> scheduler.client.freezeAgent("no-such-agent", Optional.empty()));
  }

  private void freezeRack() {
    scheduler.client.freezeRack(RACK, Optional.of(because("wait")));
    refused(409, "", () -> scheduler.client.freezeRack(RACK, Optional.of(because("again"))));
    scheduler.client.activateRack(RACK, Optional.of(because("go on")));
    refused(
        404, "", () -> scheduler.client.decommissionRack("no-such-rack", Optional.empty()));
  }

  /** The client asks the inactive host itself to forget it; so that is asked without the client. */
  private void markInactive() throws Exception {
    scheduler.client.markAgentAsInactive("old.example.com");
    same("inactive", Set.of("old.example.com"), Set.copyOf(scheduler.client.getInactiveAgents()));
    same("inactive", Set.of("old.example.com"), Set.copyOf(scheduler.client.getInactiveSlaves()));
    URI forget = URI.create(scheduler.url + "/api/inactive?host=old.example.com");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(forget).DELETE().build(), BodyHandlers.ofString());
    that("forgotten: " + answer.body(), answer.statusCode() < 300);
    same("inactive", 0, scheduler.client.getInactiveAgents().size());
  }
}
