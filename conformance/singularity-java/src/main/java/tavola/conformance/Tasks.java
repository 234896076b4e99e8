package tavola.conformance;

import static tavola.conformance.Expect.refused;
import static tavola.conformance.Expect.same;
import static tavola.conformance.Expect.that;
import static tavola.conformance.Expect.there;
import static tavola.conformance.Expect.until;
import static tavola.conformance.Expect.untilTrue;

import com.hubspot.mesos.json.MesosFileChunkObject;
import com.hubspot.singularity.DeployState;
import com.hubspot.singularity.ExtendedTaskState;
import com.hubspot.singularity.OrderDirection;
import com.hubspot.singularity.SingularitySandbox;
import com.hubspot.singularity.SingularitySandboxFile;
import com.hubspot.singularity.SingularityShellCommand;
import com.hubspot.singularity.SingularityTaskHistory;
import com.hubspot.singularity.SingularityTaskHistoryUpdate;
import com.hubspot.singularity.SingularityTaskId;
import com.hubspot.singularity.SingularityTaskIdHistory;
import com.hubspot.singularity.api.SingularityKillTaskRequest;
import com.hubspot.singularity.api.SingularityS3SearchRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be seen of a task while it runs and afterwards, and what can be done to it. */
final class Tasks {
  private static final String ID = "java-tasks";

  private final Scheduler scheduler;

  private Tasks(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  static void run(Scheduler scheduler) throws Exception {
    Tasks story = new Tasks(scheduler);
    scheduler.wantWorkers(ID, 2);
    scheduler.post(
        Scheduler.deploy(
                ID, "v1", "mkdir logs; echo one > logs/a.log; echo started; echo bad >&2; sleep 1000")
            .setConsiderHealthyAfterRunningForSeconds(Optional.of(1L))
            .build(),
        "talkers");
    scheduler.ended(ID, "v1", DeployState.SUCCEEDED);
    List<SingularityTaskId> tasks = scheduler.healthy(ID, 2);
    story.browse(tasks.get(0));
    story.read(tasks.get(0));
    story.lookUp(tasks.get(0));
    story.command(tasks.get(0));
    story.destroy(tasks.get(0));
    story.page();
    story.logs(tasks.get(0));
    scheduler.remove(ID);
  }

  private void browse(SingularityTaskId task) throws InterruptedException {
    scheduler.read(task, "stdout");
    SingularitySandbox root =
        there("sandbox", scheduler.client.browseTaskSandBox(task.getId(), ""));
    Map<String, SingularitySandboxFile> files =
        root.getFiles().stream()
            .collect(Collectors.toMap(SingularitySandboxFile::getName, file -> file));
    that("files: " + files, files.keySet().containsAll(Set.of("stdout", "stderr", "logs")));
    that("a folder: " + files, files.get("logs").getMode().startsWith("d"));
    that("when it was written", files.get("stdout").getMtime() > 1_600_000_000L);
    same("where it is", task.getHost(), root.getSlaveHostname().replace('-', '.'));
    same("under both names", root.getSlaveHostname(), root.getAgentHostname());
    SingularitySandbox below =
        there("logs", scheduler.client.browseTaskSandBox(task.getId(), "logs"));
    same("one file", "a.log", below.getFiles().get(0).getName());
    same("its size", 4L, below.getFiles().get(0).getSize());
    same("folder", "logs", below.getCurrentDirectory());
    that("whole path", root.getFullPathToRoot().startsWith("/"));
  }

  /** As tools follow a file: its size first, then what is behind it. */
  private void read(SingularityTaskId task) throws InterruptedException {
    MesosFileChunkObject all = scheduler.read(task, "logs/a.log");
    same("content", "one\n", all.getData());
    same("offset", 0L, all.getOffset());
    MesosFileChunkObject size =
        there("size", chunk(task, "logs/a.log", Optional.empty(), Optional.empty()));
    same("size as offset", 4L, size.getOffset());
    MesosFileChunkObject part =
        there("part", chunk(task, "logs/a.log", Optional.of(1L), Optional.of(2L)));
    same("part", "ne", part.getData());
    same(
        "nothing found",
        Optional.empty(),
        chunk(task, "no-such-file", Optional.of(0L), Optional.of(1L)));
    that("stderr", scheduler.read(task, "stderr").getData().contains("bad"));
    String filtered =
        there(
                "lines",
                scheduler.client.readSandBoxFile(
                    task.getId(),
                    "stdout",
                    Optional.of("start.*"),
                    Optional.of(0L),
                    Optional.of(10_000L)))
            .getData();
    that("filtered: " + filtered, filtered.contains("started"));
  }

  private Optional<MesosFileChunkObject> chunk(
      SingularityTaskId task, String file, Optional<Long> offset, Optional<Long> length) {
    return scheduler.client.readSandBoxFile(
        task.getId(), file, Optional.empty(), offset, length);
  }

  private void lookUp(SingularityTaskId task) throws InterruptedException {
    // Agents are asked where sandboxes are every few seconds.
    SingularityTaskHistory history =
        until(
            "where its sandbox is",
            () ->
                scheduler
                    .client
                    .getHistoryForTask(task.getId())
                    .filter(found -> found.getDirectory().isPresent()));
    same(
        "updates",
        List.of(
            ExtendedTaskState.TASK_LAUNCHED,
            ExtendedTaskState.TASK_STARTING,
            ExtendedTaskState.TASK_RUNNING),
        history.getTaskUpdates().stream()
            .map(SingularityTaskHistoryUpdate::getTaskState)
            .collect(Collectors.toList()));
    that("directory", history.getDirectory().orElse("").startsWith("/"));
    that("container", history.getContainerId().isPresent());
    same("task", task, history.getTask().getTaskId());
    same(
        "active",
        2,
        scheduler.client.getActiveTaskHistoryForRequest(ID).stream()
            .filter(run -> run.getTaskId().getRequestId().equals(ID))
            .toArray()
            .length);
    same("none ended", 0, scheduler.client.getInactiveTaskHistoryForRequest(ID).size());
    same(
        "a task that never was",
        Optional.empty(),
        scheduler.client.getHistoryForTask("java-tasks-v1-1-9-nohost-DEFAULT"));
    refused(400, "", () -> scheduler.client.getHistoryForTask("nonsense"));
  }

  /** No command is configured, so none may be run. */
  private void command(SingularityTaskId task) {
    SingularityShellCommand command =
        new SingularityShellCommand("df", Optional.empty(), Optional.empty(), Optional.empty());
    same("not allowed", null, scheduler.client.startShellCommand(task.getId(), command));
    same("none run", 0, scheduler.client.getShellCommandHistory(task.getId()).size());
  }

  private void destroy(SingularityTaskId task) throws InterruptedException {
    scheduler.client.killTask(
        task.getId(),
        Optional.of(
            new SingularityKillTaskRequest(
                Optional.of(true),
                Optional.of("at once"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty())));
    untilTrue(
        "it to be gone and replaced",
        () ->
            scheduler.tasks(ID).getHealthy().size() == 2
                && !scheduler.tasks(ID).getHealthy().contains(task));
    SingularityTaskHistory history =
        there("history", scheduler.client.getHistoryForTask(task.getId()));
    List<SingularityTaskHistoryUpdate> updates = history.getTaskUpdates();
    same(
        "end",
        ExtendedTaskState.TASK_KILLED,
        updates.get(updates.size() - 1).getTaskState());
    that(
        "why: " + updates,
        updates.stream()
            .anyMatch(
                update -> update.getStatusMessage().orElse("").contains("USER_REQUESTED_DESTROY")));
    that("what is left of it", scheduler.read(task, "stdout").getData().contains("started"));
  }

  /** The twin with metadata is not asked for: this client cannot read any answer to it. */
  private void page() {
    Collection<SingularityTaskIdHistory> killed =
        scheduler.client.getTaskHistory(
            Optional.of(ID),
            Optional.of("v1"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(ExtendedTaskState.TASK_KILLED),
            Optional.empty(),
            Optional.of(1L),
            Optional.empty(),
            Optional.empty(),
            Optional.of(OrderDirection.DESC),
            10,
            1);
    same("killed", 1, killed.size());
    same("whose", "v1", killed.iterator().next().getTaskId().getDeployId());
  }

  /** There is no archive, which Singularity says with 404. */
  private void logs(SingularityTaskId task) {
    same("of the task", 0, scheduler.client.getTaskLogs(task.getId()).size());
    same("of the request", 0, scheduler.client.getRequestLogs(ID).size());
    same("of the deploy", 0, scheduler.client.getDeployLogs(ID, "v1").size());
    SingularityS3SearchRequest search =
        new SingularityS3SearchRequest(
            Map.of(ID, List.of()),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            false,
            true,
            Optional.of(10),
            Map.of());
    refused(404, "", () -> scheduler.client.getLogs(search));
  }
}
