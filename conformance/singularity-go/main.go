// What OpenTable's sous does to a scheduler with Singularity's API, call for call:
//
//	singularity-go SCHEDULER_URL SERVICE_COMMAND
//
// sous and its client go-singularity are in no module proxy that can be relied on, so this is not
// that client: it makes the same HTTP calls, with the same paths, parameters and JSON, in net/http.
// What sous deploys is a Docker image; where no agent takes Docker tasks that deploy is posted, read
// back, and cancelled, and one with a command takes its place.
package main

import (
	"fmt"
	"os"
	"reflect"
)

// As sous makes them: name--flavor-cluster-hash, and versions with everything else replaced by _.
const (
	requestID = "go_demo---dev_ci_sf-5d44a1d1d9b70dcfa342154f47ffd2be"
	imageID   = "0_0_51_lh_d55f8f29220e4617b140ac559bf99c6e"
	commandID = "0_1_78_cfff904210204af289d13130eed5ac2b"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: singularity-go SCHEDULER_URL SERVICE_COMMAND")
		os.Exit(64)
	}
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintln(os.Stderr, problem)
			os.Exit(1)
		}
	}()
	scheduler := scheduler{url: os.Args[1]}
	scheduler.createRequests()
	scheduler.deployImage()
	scheduler.deployCommand(os.Args[2])
	scheduler.rectify()
	scheduler.remove()
}

// Every kind that a manifest can have.
func (s scheduler) createRequests() {
	kinds := []string{"SERVICE", "WORKER", "ON_DEMAND", "SCHEDULED", "RUN_ONCE"}
	for n, kind := range kinds {
		request := map[string]any{
			"id": requestID, "requestType": kind, "instances": 1, "owners": []string{"ann", "bob"},
		}
		if kind != "SERVICE" {
			request["id"] = fmt.Sprintf("go_kind_%d", n)
		}
		if kind == "SCHEDULED" {
			request["schedule"] = "0 4 * * *"
			request["scheduleType"] = "CRON"
		}
		var parent requestParent
		s.call("POST", "/api/requests", request, &parent)
		same("state of "+kind, "ACTIVE", parent.State)
		same("request type", kind, parent.Request.RequestType)
		same("owners", []string{"ann", "bob"}, parent.Request.Owners)
		same("deploys of what is new", true, parent.RequestDeployState.ActiveDeploy == nil)
		if kind != "SERVICE" {
			s.call("DELETE", "/api/requests/request/"+parent.Request.ID,
				map[string]any{"message": "only tried"}, nil)
		}
	}
	var parents []requestParent
	s.call("GET", "/api/requests?useWebCache=false", nil, &parents)
	for _, parent := range parents {
		if parent.Request.ID == requestID {
			return
		}
	}
	panic("the request is not among all requests")
}

func deployRequest(id string, more map[string]any) map[string]any {
	deploy := map[string]any{
		"id": id, "requestId": requestID,
		"resources": map[string]any{"cpus": 0.1, "memoryMb": 64, "numPorts": 1},
		"env":       map[string]string{"OT_ENV": "dev-ci-sf", "OT_ENV_TYPE": "ci"},
		"metadata": map[string]string{
			"com.opentable.sous.clustername": "dev-ci-sf",
			"com.opentable.sous.flavor":      "",
			"com.opentable.sous.version":     "0.0.51-lh",
		},
		"healthcheck": map[string]any{
			"uri": "/health", "portIndex": 0, "protocol": "HTTP",
			"startupDelaySeconds": 0, "startupTimeoutSeconds": 20, "startupIntervalSeconds": 1,
			"intervalSeconds": 1, "responseTimeoutSeconds": 5, "maxRetries": 120,
			"failureStatusCodes": []int{500, 503},
		},
	}
	for name, value := range more {
		deploy[name] = value
	}
	return map[string]any{"deploy": deploy, "message": "Deployed by ann@example.com"}
}

const asSous = "?user=sous_ann%40example.com"

func (s scheduler) deployImage() {
	image := "docker.example.com/demo@sha256:60c060e135a9ddd89206b6b08802f54d919fc556503921a2a939cb2b883eb2bd"
	container := map[string]any{
		"type":   "DOCKER",
		"docker": map[string]any{"image": image, "network": "BRIDGE"},
		"volumes": []any{
			map[string]any{"containerPath": "/data", "hostPath": "/tmp", "mode": "RO"},
		},
	}
	body := deployRequest(imageID, map[string]any{"containerInfo": container})
	var parent requestParent
	s.call("POST", "/api/deploys"+asSous, body, &parent)
	marker := parent.RequestDeployState.PendingDeploy
	same("pending deploy", imageID, marker.DeployID)
	same("who", "sous_ann@example.com", marker.User)
	history := s.history(imageID)
	info := history.Deploy.ContainerInfo
	same("kind of container", "DOCKER", info.Type)
	same("image", image, info.Docker.Image)
	same("network", "BRIDGE", info.Docker.Network)
	same("volumes", []volume{{"/data", "/tmp", "RO"}}, info.Volumes)
	s.try("DELETE", "/api/deploys/deploy/"+imageID+"/request/"+requestID, nil, nil)
	until("the deploy's end", func() bool { return s.history(imageID).DeployResult != nil })
	same("not a success", false, s.history(imageID).DeployResult.DeployState == "SUCCEEDED")
}

// The deploy as sous follows it: by the request's markers, then by the history.
func (s scheduler) deployCommand(command string) {
	body := deployRequest(commandID, map[string]any{"command": command})
	s.call("POST", "/api/deploys"+asSous, body, nil)
	var pending []pendingDeploy
	s.call("GET", "/api/deploys/pending", nil, &pending)
	same("pending deploys", true, len(pending) >= 1)
	until("the deploy to be active", func() bool {
		active := s.parent().RequestDeployState.ActiveDeploy
		return active != nil && active.DeployID == commandID
	})
	same("pending deploy", true, s.parent().RequestDeployState.PendingDeploy == nil)
	history := s.history(commandID)
	same("result", "SUCCEEDED", history.DeployResult.DeployState)
	wanted := body["deploy"].(map[string]any)
	same("metadata", wanted["metadata"], any(history.Deploy.Metadata))
	same("environment", wanted["env"], any(history.Deploy.Env))
	check := history.Deploy.Healthcheck
	same("check", healthcheck{"/health", "HTTP", 0, 0, 20, 1, 1, 5, 120, []int{500, 503}}, check)
	same("resources", resources{0.1, 64, 1}, history.Deploy.Resources)
	var newest []deployHistory
	s.call("GET", "/api/history/request/"+requestID+"/deploys?count=1&page=1", nil, &newest)
	same("newest deploys", 1, len(newest))
	same("newest", commandID, newest[0].DeployMarker.DeployID)
}

func (s scheduler) rectify() {
	scale := map[string]any{
		"actionId": "SOUS_RECTIFY_0f8fad5b", "instances": 2,
		"message": "Rectified by sous", "skipHealthchecks": false,
	}
	var parent requestParent
	s.call("PUT", "/api/requests/request/"+requestID+"/scale", scale, &parent)
	same("instances", 2, parent.Request.Instances)
	until("both instances", func() bool { return len(s.parent().TaskIds.Healthy) == 2 })
}

func (s scheduler) remove() {
	var deleted request
	s.call("DELETE", "/api/requests/request/"+requestID,
		map[string]any{"message": "deleting request for removed manifest"}, &deleted)
	same("deleted", requestID, deleted.ID)
	until("it to be gone", func() bool {
		status, _ := s.try("GET", "/api/requests/request/"+requestID+"?useWebCache=false", nil, nil)
		return status == 404
	})
}

func same(what string, wanted, found any) {
	if !reflect.DeepEqual(wanted, found) {
		panic(fmt.Sprintf("%s: wanted %v, found %v", what, wanted, found))
	}
}
