package main

import (
	"fmt"

	singularity "github.com/opentable/go-singularity"
	"github.com/opentable/go-singularity/dtos"
	"github.com/opentable/swaggering"
)

// As sous makes them: name--flavor-cluster-hash, and versions with everything else replaced by _.
const (
	requestID = "go_demo---dev_ci_sf-5d44a1d1d9b70dcfa342154f47ffd2be"
	imageID   = "0_0_51_lh_d55f8f29220e4617b140ac559bf99c6e"
	commandID = "0_1_78_cfff904210204af289d13130eed5ac2b"
)

type sousClient struct{ *singularity.Client }

// What sous deploys is a Docker image; where no agent takes Docker tasks that deploy is posted, read
// back, and cancelled, and one with a command takes its place.
func sous(client *singularity.Client, command string) {
	s := sousClient{client}
	s.createRequests()
	s.deployImage()
	s.deployCommand(command)
	s.rectify()
	s.remove()
}

// Every kind that a manifest can have.
func (s sousClient) createRequests() {
	kinds := []dtos.SingularityRequestRequestType{
		dtos.SingularityRequestRequestTypeSERVICE,
		dtos.SingularityRequestRequestTypeWORKER,
		dtos.SingularityRequestRequestTypeON_DEMAND,
		dtos.SingularityRequestRequestTypeSCHEDULED,
		dtos.SingularityRequestRequestTypeRUN_ONCE,
	}
	owners := swaggering.StringList{"ann", "bob"}
	for n, kind := range kinds {
		request := dtos.SingularityRequest{
			Id: p(requestID), RequestType: p(kind), Instances: p(int32(1)), Owners: &owners,
		}
		if kind != dtos.SingularityRequestRequestTypeSERVICE {
			request.Id = p(fmt.Sprintf("go_kind_%d", n))
		}
		if kind == dtos.SingularityRequestRequestTypeSCHEDULED {
			request.Schedule = p("0 4 * * *")
			request.ScheduleType = p(dtos.SingularityRequestScheduleTypeCRON)
		}
		parent := got(s.PostRequest(&request))
		same("state", dtos.SingularityRequestParentRequestStateACTIVE, *parent.State)
		same("request type", kind, *parent.Request.RequestType)
		same("owners", &owners, parent.Request.Owners)
		state := parent.RequestDeployState
		same("deploys of what is new", true, state == nil || state.ActiveDeploy == nil)
		if kind != dtos.SingularityRequestRequestTypeSERVICE {
			only := dtos.SingularityDeleteRequestRequest{Message: p("only tried")}
			got(s.DeleteRequest(*parent.Request.Id, &only))
		}
	}
	for _, parent := range got(s.GetRequests(false)) {
		if *parent.Request.Id == requestID {
			return
		}
	}
	panic("the request is not among all requests")
}

func sousDeploy(id string) dtos.SingularityDeploy {
	return dtos.SingularityDeploy{
		Id: p(id), RequestId: p(requestID),
		Resources: &dtos.Resources{Cpus: p(0.1), MemoryMb: p(64.0), NumPorts: p(int32(1))},
		Env:       &map[string]string{"OT_ENV": "dev-ci-sf", "OT_ENV_TYPE": "ci"},
		Metadata: &map[string]string{
			"com.opentable.sous.clustername": "dev-ci-sf",
			"com.opentable.sous.flavor":      "",
			"com.opentable.sous.version":     "0.0.51-lh",
		},
		Healthcheck: &dtos.HealthcheckOptions{
			Uri: p("/health"), PortIndex: p(int32(0)),
			Protocol:            p(dtos.HealthcheckOptionsHealthcheckProtocol("HTTP")),
			StartupDelaySeconds: p(int32(0)), StartupTimeoutSeconds: p(int32(20)),
			StartupIntervalSeconds: p(int32(1)), IntervalSeconds: p(int32(1)),
			ResponseTimeoutSeconds: p(int32(5)), MaxRetries: p(int32(120)),
			FailureStatusCodes: &[]int32{500, 503},
		},
	}
}

// post deploys with the name of whoever asked sous, for which the client has no parameter.
func (s sousClient) post(deploy *dtos.SingularityDeploy) *dtos.SingularityRequestParent {
	body := dtos.SingularityDeployRequest{
		Deploy: deploy, Message: p("Deployed by ann@example.com"),
	}
	parent := new(dtos.SingularityRequestParent)
	query := map[string]interface{}{"user": "sous_ann@example.com"}
	must(s.DTORequest("singularity-deploy", parent, "POST", "/api/deploys", nil, query, &body))
	return parent
}

func (s sousClient) deployImage() {
	image := "docker.example.com/demo@sha256:60c060e135a9ddd89206b6b08802f54d919fc556503921a2a939cb2b883eb2bd"
	deploy := sousDeploy(imageID)
	deploy.ContainerInfo = &dtos.SingularityContainerInfo{
		Type: p(dtos.SingularityContainerInfoSingularityContainerTypeDOCKER),
		Docker: &dtos.SingularityDockerInfo{
			Image:   p(image),
			Network: p(dtos.SingularityDockerInfoSingularityDockerNetworkTypeBRIDGE),
		},
		Volumes: &dtos.SingularityVolumeList{{
			ContainerPath: p("/data"), HostPath: p("/tmp"),
			Mode: p(dtos.SingularityVolumeSingularityDockerVolumeModeRO),
		}},
	}
	marker := s.post(&deploy).RequestDeployState.PendingDeploy
	same("pending deploy", imageID, *marker.DeployId)
	same("who", "sous_ann@example.com", *marker.User)
	info := got(s.GetDeploy(requestID, imageID)).Deploy.ContainerInfo
	same("kind of container", deploy.ContainerInfo.Type, info.Type)
	same("image", image, *info.Docker.Image)
	same("network", deploy.ContainerInfo.Docker.Network, info.Docker.Network)
	same("volumes", deploy.ContainerInfo.Volumes, info.Volumes)
	// Refused where it has failed already: no agent takes Docker tasks.
	_, err := s.CancelDeploy(requestID, imageID)
	if status := statusOf(err); status != 200 && status != 400 {
		panic(err)
	}
	until("the deploy's end", func() bool {
		return got(s.GetDeploy(requestID, imageID)).DeployResult != nil
	})
	state := *got(s.GetDeploy(requestID, imageID)).DeployResult.DeployState
	same("a success", false, state == dtos.SingularityDeployResultDeployStateSUCCEEDED)
}

// The deploy as sous follows it: by the request's markers, then by the history.
func (s sousClient) deployCommand(command string) {
	deploy := sousDeploy(commandID)
	deploy.Command = &command
	s.post(&deploy)
	same("pending deploys", commandID, *got(s.GetPendingDeploys())[0].DeployMarker.DeployId)
	until("the deploy to be active", func() bool {
		state := got(s.GetRequest(requestID, false)).RequestDeployState
		return state.ActiveDeploy != nil && *state.ActiveDeploy.DeployId == commandID
	})
	parent := got(s.GetRequest(requestID, false))
	same("pending deploy", true, parent.RequestDeployState.PendingDeploy == nil)
	history := got(s.GetDeploy(requestID, commandID))
	same("result", dtos.SingularityDeployResultDeployStateSUCCEEDED, *history.DeployResult.DeployState)
	same("metadata", deploy.Metadata, history.Deploy.Metadata)
	same("environment", deploy.Env, history.Deploy.Env)
	same("check", deploy.Healthcheck, history.Deploy.Healthcheck)
	found := history.Deploy.Resources
	same("cpus", 0.1, *found.Cpus)
	same("memory", 64.0, *found.MemoryMb)
	same("ports", int32(1), *found.NumPorts)
	newest := got(s.GetDeploys(requestID, 1, 1))
	same("newest deploys", 1, len(newest))
	same("newest", commandID, *newest[0].DeployMarker.DeployId)
}

func (s sousClient) rectify() {
	scale := dtos.SingularityScaleRequest{
		ActionId: p("SOUS_RECTIFY_0f8fad5b"), Instances: p(int32(2)),
		Message: p("Rectified by sous"), SkipHealthchecks: p(false),
	}
	parent := got(s.Scale(requestID, &scale))
	same("instances", int32(2), *parent.Request.Instances)
	until("both instances", func() bool {
		running := 0
		for _, task := range got(s.GetTaskHistoryForActiveRequest(requestID)) {
			if *task.LastTaskState == dtos.SingularityTaskIdHistoryExtendedTaskStateTASK_RUNNING {
				running++
			}
		}
		return running == 2
	})
}

func (s sousClient) remove() {
	why := dtos.SingularityDeleteRequestRequest{Message: p("deleting request for removed manifest")}
	same("deleted", requestID, *got(s.DeleteRequest(requestID, &why)).Id)
	until("it to be gone", func() bool {
		_, err := s.GetRequest(requestID, false)
		return statusOf(err) == 404
	})
}
