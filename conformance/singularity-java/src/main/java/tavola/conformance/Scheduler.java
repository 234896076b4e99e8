package tavola.conformance;

import com.google.inject.Guice;
import com.hubspot.mesos.Resources;
import com.hubspot.mesos.json.MesosFileChunkObject;
import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.RequestType;
import com.hubspot.singularity.SingularityDeploy;
import com.hubspot.singularity.SingularityDeployBuilder;
import com.hubspot.singularity.SingularityDeployHistory;
import com.hubspot.singularity.SingularityDeployResult;
import com.hubspot.singularity.SingularityRequestBuilder;
import com.hubspot.singularity.SingularityRequestParent;
import com.hubspot.singularity.SingularityTaskId;
import com.hubspot.singularity.SingularityTaskIdsByStatus;
import com.hubspot.singularity.client.SingularityClient;
import com.hubspot.singularity.client.SingularityClientException;
import com.hubspot.singularity.client.SingularityClientModule;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The scheduler as the stories reach it: the client, and steps that several of them take. */
final class Scheduler {
  final SingularityClient client;
  /** With its context path. */
  final String url;
  /** A shell command that serves HTTP on PORT0, 200 at /health unless BROKEN is set. */
  final String serviceCommand;

  Scheduler(String url, String serviceCommand) {
    this.url = url;
    URI uri = URI.create(url);
    String contextPath = uri.getPath().substring(1) + "/api";
    this.client =
        Guice.createInjector(
                new SingularityClientModule(List.of(uri.getAuthority())),
                binder -> SingularityClientModule.bindContextPath(binder).toInstance(contextPath))
            .getInstance(SingularityClient.class);
    this.serviceCommand = serviceCommand;
  }

  static SingularityRequestBuilder request(String id, RequestType type) {
    return new SingularityRequestBuilder(id, type)
        .setOwners(Optional.of(List.of("owner@example.com")));
  }

  static SingularityDeployBuilder deploy(String requestId, String id, String command) {
    return new SingularityDeployBuilder(requestId, id)
        .setCommand(Optional.of(command))
        .setResources(Optional.of(new Resources(0.1, 32, 0)));
  }

  /** A sleeper is healthy as soon as it has run for a second. */
  static SingularityDeployBuilder sleeper(String requestId, String id) {
    return deploy(requestId, id, "exec sleep 1000")
        .setConsiderHealthyAfterRunningForSeconds(Optional.of(1L));
  }

  void wantWorkers(String requestId, int instances) {
    client.createOrUpdateSingularityRequest(
        request(requestId, RequestType.WORKER).setInstances(Optional.of(instances)).build());
  }

  SingularityRequestParent post(SingularityDeploy deploy, String message) {
    return client.createDeployForSingularityRequest(
        deploy.getRequestId(), deploy, Optional.empty(), Optional.of(message));
  }

  SingularityDeployHistory ended(SingularityDeploy deploy, DeployState wanted)
      throws InterruptedException {
    return ended(deploy.getRequestId(), deploy.getId(), wanted);
  }

  /** Waits for the deploy's end, which must be this. */
  SingularityDeployHistory ended(String requestId, String deployId, DeployState wanted)
      throws InterruptedException {
    SingularityDeployHistory history =
        Expect.until(
            "the end of deploy " + requestId + " " + deployId,
            () ->
                client
                    .getHistoryForRequestDeploy(requestId, deployId)
                    .filter(found -> found.getDeployResult().isPresent()));
    SingularityDeployResult result = history.getDeployResult().orElseThrow();
    Expect.same("how deploy " + deployId + " ended: " + result, wanted, result.getDeployState());
    return history;
  }

  SingularityRequestParent parent(String requestId) {
    return Expect.there("request " + requestId, client.getSingularityRequest(requestId));
  }

  SingularityTaskIdsByStatus tasks(String requestId) {
    return Expect.there("tasks of " + requestId, parent(requestId).getTaskIds());
  }

  /** Waits until exactly so many are healthy, and nothing else is there. */
  List<SingularityTaskId> healthy(String requestId, int count) throws InterruptedException {
    return Expect.until(
        count + " healthy tasks of " + requestId,
        () -> {
          SingularityTaskIdsByStatus ids = tasks(requestId);
          boolean isQuiet =
              ids.getNotYetHealthy().isEmpty()
                  && ids.getPending().isEmpty()
                  && ids.getCleaning().isEmpty()
                  && ids.getKilled().isEmpty();
          return isQuiet && ids.getHealthy().size() == count
              ? Optional.of(ids.getHealthy())
              : Optional.empty();
        });
  }

  /** Reads a file of the task from its beginning; its folder is known a moment after its start. */
  MesosFileChunkObject read(SingularityTaskId id, String file) throws InterruptedException {
    return Expect.until(
        file + " of " + id.getId(),
        () -> {
          try {
            return client.readSandBoxFile(
                id.getId(),
                file,
                Optional.empty(),
                Optional.of(0L),
                Optional.of(10_000L));
          } catch (SingularityClientException refusal) {
            if (refusal.getStatusCode() != 400) throw refusal;
            return Optional.empty();
          }
        });
  }

  void remove(String requestId) throws InterruptedException {
    client.deleteSingularityRequest(requestId, Optional.empty());
    Expect.untilTrue(
        requestId + " to be gone", () -> client.getSingularityRequest(requestId).isEmpty());
  }
}
