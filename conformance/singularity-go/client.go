package main

import (
	"time"

	singularity "github.com/opentable/go-singularity"
	"github.com/opentable/go-singularity/dtos"
	"github.com/opentable/swaggering"
)

const (
	serviceID = "go_client_service"
	jobID     = "go_client_job"
	deployID  = "first"
	// At most so many of a list.
	count = 100
)

// Calls of the client that sous does not make. Left out are those that read no server's answer: lists
// "withmetadata" and GetRecentCommandLineArgs, whose types in the client are not what they describe.
func everything(client *singularity.Client, command string) {
	c := caller{client}
	for _, id := range []string{serviceID, jobID} {
		defer c.DeleteRequest(id, &dtos.SingularityDeleteRequestRequest{Message: p("done")})
	}
	c.startService(command)
	taskID := c.readTasks()
	c.readSandbox(taskID)
	c.readMachines(taskID)
	c.readState()
	c.readHistory(taskID)
	c.changeRequest()
	c.replaceTask(taskID)
	c.runJob()
	c.groupsAndWebhooks()
	c.refusals()
}

type caller struct{ *singularity.Client }

func (c caller) startService(command string) {
	request := dtos.SingularityRequest{
		Id: p(serviceID), RequestType: p(dtos.SingularityRequestRequestTypeSERVICE), Instances: p(int32(1)),
		SlavePlacement: p(dtos.SingularityRequestSlavePlacementGREEDY),
	}
	got(c.PostRequest(&request))
	deploy := dtos.SingularityDeploy{
		Id: p(deployID), RequestId: p(serviceID), Command: &command,
		Resources: &dtos.Resources{Cpus: p(0.1), MemoryMb: p(64.0), NumPorts: p(int32(1))},
		Healthcheck: &dtos.HealthcheckOptions{
			Uri: p("/health"), StartupIntervalSeconds: p(int32(1)),
			// The client's own word for it.
			Protocol: p(dtos.HealthcheckOptionsHealthcheckProtocolhttp),
		},
	}
	got(c.Deploy(&dtos.SingularityDeployRequest{Deploy: &deploy}))
	// May have happened already.
	_, err := c.UpdatePendingDeploy(&dtos.SingularityUpdatePendingDeployRequest{
		RequestId: p(serviceID), DeployId: p(deployID), TargetActiveInstances: p(int32(1)),
	})
	if status := statusOf(err); status != 200 && status != 400 {
		panic(err)
	}
	until("the deploy", func() bool {
		return got(c.GetRequest(serviceID, false)).ActiveDeploy != nil
	})
}

func (c caller) readTasks() string {
	var mine *dtos.SingularityTask
	for _, task := range got(c.GetActiveTasks(false)) {
		if *task.TaskId.RequestId == serviceID {
			mine = task
		}
	}
	id := *mine.TaskId.Id
	same("deploy of the task", deployID, *mine.TaskRequest.Deploy.Id)
	same("instance", int32(1), *mine.TaskId.InstanceNo)
	same("one task", id, *got(c.GetActiveTask(id)).TaskId.Id)
	statistics := got(c.GetTaskStatistics(id))
	same("it uses memory", true, *statistics.MemRssBytes > 0)
	same("time of the sample", true, *statistics.Timestamp > 0)
	_, err := c.GetTaskCleanup(id)
	same("cleanup of what runs", 404, statusOf(err))
	got(c.GetScheduledTasks(false))
	got(c.GetScheduledTaskIds(false))
	same("scheduled", 0, len(got(c.GetScheduledTasksForRequest(serviceID, false))))
	got(c.GetCleaningTasks(false))
	got(c.GetKilledTasks())
	got(c.GetLbCleanupTasks())
	return id
}

func (c caller) readSandbox(taskID string) {
	files := got(c.Browse(taskID, "")).Files
	names := map[string]bool{}
	for _, file := range *files {
		names[*file.Name] = true
	}
	same("stdout is in the sandbox", true, names["stdout"])
	chunk := got(c.Read(taskID, "stdout", "", 0, count))
	same("from the start", int64(0), *chunk.Offset)
}

func (c caller) readMachines(taskID string) {
	slaves := got(c.GetSlaves("ACTIVE"))
	same("there are agents", true, len(slaves) > 0)
	tasks := 0
	for _, slave := range slaves {
		same("one of them", *slave.Host, *got(c.GetSlave(*slave.Id)).Host)
		got(c.GetSlaveHistory(*slave.Id))
		for _, task := range got(c.GetTasksForSlave(*slave.Id, false)) {
			if *task.TaskId.Id == taskID {
				tasks++
			}
		}
	}
	same("agents of the task", 1, tasks)
	for _, rack := range got(c.GetRacks("ACTIVE")) {
		got(c.GetRackHistory(*rack.Id))
	}
	got(c.GetExpiringSlaveStateChanges())
	got(c.GetExpiringRackStateChanges())
	_, err := c.GetSlave("no-such-agent")
	same("an agent that is not there", 404, statusOf(err))
}

func (c caller) readState() {
	state := got(c.GetState(true, true))
	same("tasks are running", true, *state.ActiveTasks > 0)
	same("who leads", "DRIVER_RUNNING", *(*state.HostStates)[0].DriverStatus)
	got(c.GetUnderProvisionedRequestIds(true))
	got(c.GetOverProvisionedRequestIds(true))
	// None was made yet, where the scheduler has just begun.
	if _, err := c.GetTaskReconciliationStatistics(); statusOf(err) != 200 && statusOf(err) != 404 {
		panic(err)
	}
	ids := map[string]bool{}
	for _, parent := range got(c.GetActiveRequests(false)) {
		ids[*parent.Request.Id] = true
	}
	same("it is among the active", true, ids[serviceID])
	got(c.GetPausedRequests(false))
	got(c.GetCooldownRequests(false))
	got(c.GetFinishedRequests(false))
	got(c.GetPendingRequests())
	got(c.GetCleanupRequests())
	got(c.GetLbCleanupRequests(false))
}

func (c caller) readHistory(taskID string) {
	history := got(c.GetHistoryForTask(taskID))
	updates := *history.TaskUpdates
	same("first state", dtos.SingularityTaskHistoryUpdateExtendedTaskStateTASK_LAUNCHED, *updates[0].TaskState)
	same("answers of its check", true, len(*history.HealthcheckResults) > 0)
	same("active tasks", taskID, *got(c.GetActiveDeployTasks(serviceID, deployID))[0].TaskId.Id)
	same("ended tasks", 0, len(got(c.GetInactiveDeployTasks(serviceID, deployID, count, 1))))
	events := got(c.GetRequestHistoryForRequest(serviceID, count, 1))
	first := events[len(events)-1]
	same("first event", dtos.SingularityRequestHistoryRequestHistoryTypeCREATED, *first.EventType)
	same("search", swaggering.StringList{serviceID}, got(c.GetRequestHistoryForRequestLike(serviceID, count, 1, false)))
	same("deploys", 1, len(got(c.GetDeploys(serviceID, count, 1))))
	// As where no archive of logs is set up.
	for _, err := range []error{
		second(c.GetS3LogsForTask(taskID, 0, 0, false, false)),
		second(c.GetS3LogsForRequest(serviceID, 0, 0, false, false, count)),
		second(c.GetS3LogsForDeploy(serviceID, deployID, 0, 0, false, false, count)),
	} {
		same("archives", 404, statusOf(err))
	}
}

func (c caller) changeRequest() {
	got(c.SkipHealthchecks(serviceID, &dtos.SingularitySkipHealthchecksRequest{
		SkipHealthchecks: p(true), DurationMillis: p(int64(60_000)), Message: p("tried"),
	}))
	same("expires", true, got(c.GetRequest(serviceID, false)).ExpiringSkipHealthchecks != nil)
	got(c.DeleteExpiringSkipHealthchecks(serviceID))
	got(c.SkipHealthchecksDeprecated(serviceID, &dtos.SingularitySkipHealthchecksRequest{SkipHealthchecks: p(false)}))
	got(c.Scale(serviceID, &dtos.SingularityScaleRequest{Instances: p(int32(2)), DurationMillis: p(int64(60_000))}))
	same("expires", true, got(c.GetRequest(serviceID, false)).ExpiringScale != nil)
	got(c.DeleteExpiringScale(serviceID))
	got(c.Scale(serviceID, &dtos.SingularityScaleRequest{Instances: p(int32(1))}))
	got(c.Bounce(serviceID, &dtos.SingularityBounceRequest{Incremental: p(false), DurationMillis: p(int64(60_000))}))
	_, err := c.Bounce(serviceID, &dtos.SingularityBounceRequest{Incremental: p(false)})
	same("a second bounce", 409, statusOf(err))
	got(c.DeleteExpiringBounce(serviceID))
	until("one task that stays", func() bool {
		return len(got(c.GetTaskHistoryForActiveRequest(serviceID))) == 1 && !c.isCleaning()
	})
	paused := got(c.Pause(serviceID, &dtos.SingularityPauseRequest{KillTasks: p(true), DurationMillis: p(int64(60_000))}))
	same("state", dtos.SingularityRequestParentRequestStatePAUSED, *paused.State)
	got(c.DeleteExpiringPause(serviceID))
	until("its tasks to be gone", func() bool { return len(got(c.GetTaskHistoryForActiveRequest(serviceID))) == 0 })
	active := got(c.Unpause(serviceID, &dtos.SingularityUnpauseRequest{Message: p("enough")}))
	same("state", dtos.SingularityRequestParentRequestStateACTIVE, *active.State)
	_, err = c.ExitCooldown(serviceID, &dtos.SingularityExitCooldownRequest{})
	same("to leave a cooldown that is none", 409, statusOf(err))
}

func (c caller) isCleaning() bool {
	for _, cleanup := range got(c.GetCleaningTasks(false)) {
		if *cleanup.TaskId.RequestId == serviceID {
			return true
		}
	}
	return false
}

// The pause has ended the one of before.
func (c caller) replaceTask(before string) {
	var id string
	until("a task again", func() bool {
		for _, task := range got(c.GetTaskHistoryForActiveRequest(serviceID)) {
			if *task.LastTaskState == dtos.SingularityTaskIdHistoryExtendedTaskStateTASK_RUNNING {
				id = *task.TaskId.Id
			}
		}
		return id != ""
	})
	same("the same task", false, id == before)
	cleanup := got(c.KillTask(id, &dtos.SingularityKillTaskRequest{Message: p("tried")}))
	same("what is killed", id, *cleanup.TaskId.Id)
	until("its end", func() bool {
		updates := *got(c.GetHistoryForTask(id)).TaskUpdates
		last := *updates[len(updates)-1].TaskState
		return last == dtos.SingularityTaskHistoryUpdateExtendedTaskStateTASK_KILLED
	})
	same("ended tasks", true, len(got(c.GetInactiveDeployTasks(serviceID, deployID, count, 1))) >= 2)
	tomorrow := time.Now().Add(24 * time.Hour).UnixMilli()
	killed := got(c.GetTaskHistoryForRequest(serviceID, deployID, "", "", "TASK_KILLED", tomorrow, 0, tomorrow, 0, "ASC", count, 1))
	same("killed tasks", true, len(killed) >= 2)
	same("the last of them", id, *killed[len(killed)-1].TaskId.Id)
	all := got(c.GetTaskHistory(serviceID, "", "", "", "", tomorrow, 0, tomorrow, 0, "", count, 1))
	same("all tasks", true, len(all) >= len(killed))
}

func (c caller) runJob() {
	kind := dtos.SingularityRequestRequestTypeON_DEMAND
	got(c.PostRequest(&dtos.SingularityRequest{Id: p(jobID), RequestType: &kind}))
	got(c.Deploy(&dtos.SingularityDeployRequest{Deploy: &dtos.SingularityDeploy{
		Id: p(deployID), RequestId: p(jobID), Command: p("/bin/echo"), Arguments: &swaggering.StringList{"echo", "said"},
		Resources: &dtos.Resources{Cpus: p(0.1), MemoryMb: p(32.0)},
	}}))
	until("the deploy", func() bool { return got(c.GetRequest(jobID, false)).ActiveDeploy != nil })
	got(c.ScheduleImmediately(jobID, &dtos.SingularityRunNowRequest{
		RunId: p("run-1"), CommandLineArgs: &swaggering.StringList{"and", "done"},
	}))
	var id string
	until("the run", func() bool {
		history, err := c.GetTaskHistoryForRequestAndRunId(jobID, "run-1")
		if statusOf(err) == 404 {
			return false
		}
		id = *history.TaskId.Id
		return *history.LastTaskState == dtos.SingularityTaskIdHistoryExtendedTaskStateTASK_FINISHED
	})
	_, err := c.GetTaskByRunId(jobID, "run-2")
	same("a run that was not", 404, statusOf(err))
	until("what it said", func() bool {
		chunk, err := c.Read(id, "stdout", "", 0, count)
		return statusOf(err) == 200 && *chunk.Data == "said and done\n"
	})
}

func (c caller) groupsAndWebhooks() {
	ids := swaggering.StringList{serviceID, jobID}
	got(c.SaveRequestGroup(&dtos.SingularityRequestGroup{Id: p("go_client"), RequestIds: &ids}))
	same("group", &ids, got(c.GetRequestGroup("go_client")).RequestIds)
	same("there are groups", true, len(got(c.GetRequestGroupIds(false))) > 0)
	hook := dtos.SingularityWebhook{
		Uri: p("http://127.0.0.1:9/hook"), Type: p(dtos.SingularityWebhookWebhookTypeREQUEST),
	}
	got(c.AddWebhook(&hook))
	var id string
	for _, each := range got(c.GetActiveWebhooks()) {
		if *each.Uri == *hook.Uri {
			id = *each.Id
		}
	}
	same("queues", true, len(got(c.GetWebhooksWithQueueSize())) > 0)
	got(c.GetQueuedRequestUpdates(id))
	got(c.GetQueuedDeployUpdates(id))
	got(c.GetQueuedTaskUpdates(id))
	got(c.DeleteWebhook(id))
	for _, each := range got(c.GetActiveWebhooks()) {
		same("the webhook is still there", false, *each.Id == id)
	}
	got(c.CreatePriorityFreeze(&dtos.SingularityPriorityFreeze{MinimumPriorityLevel: p(0.1), KillTasks: p(false)}))
	same("frozen below", 0.1, *got(c.GetActivePriorityFreeze()).PriorityFreeze.MinimumPriorityLevel)
	// What the client cannot take back itself.
	for _, path := range []string{"/api/priority/freeze", "/api/groups/group/go_client"} {
		answer := got(c.Request("clean", "DELETE", path, nil, nil))
		must(answer.Close())
	}
}

func (c caller) refusals() {
	_, err := c.PostRequest(&dtos.SingularityRequest{Id: p("not a name"), RequestType: p(dtos.SingularityRequestRequestTypeSERVICE)})
	same("an id that is none", 400, statusOf(err))
	_, err = c.GetRequest("go_client_unknown", false)
	same("a request that is not there", 404, statusOf(err))
	_, err = c.Scale(serviceID, &dtos.SingularityScaleRequest{Instances: p(int32(1))})
	same("a scale that changes nothing", 400, statusOf(err))
	_, err = c.RunShellCommand("go_client_unknown-first-1-1-host-rack", &dtos.SingularityShellCommand{Name: p("ls")})
	same("a command in a task that is not there", true, statusOf(err) == 400 || statusOf(err) == 404)
}

func second[T any](_ T, err error) error { return err }
