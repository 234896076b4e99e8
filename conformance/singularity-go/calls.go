package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The fields that sous reads of each answer; it ignores all others.
type (
	marker struct {
		RequestID, DeployID, User, Message string
		Timestamp                          int64
	}
	request struct {
		ID, RequestType string
		Owners          []string
		Instances       int
	}
	requestParent struct {
		State              string
		Request            request
		RequestDeployState struct{ ActiveDeploy, PendingDeploy *marker }
		TaskIds            struct{ Healthy []struct{ ID string } }
	}
	pendingDeploy struct {
		CurrentDeployState string
		DeployMarker       marker
	}
	volume        struct{ ContainerPath, HostPath, Mode string }
	containerInfo struct {
		Type    string
		Docker  struct{ Image, Network string }
		Volumes []volume
	}
	resources struct {
		Cpus, MemoryMb float64
		NumPorts       int
	}
	healthcheck struct {
		URI, Protocol                                                               string
		PortIndex, StartupDelaySeconds, StartupTimeoutSeconds                       int
		StartupIntervalSeconds, IntervalSeconds, ResponseTimeoutSeconds, MaxRetries int
		FailureStatusCodes                                                          []int
	}
	deployHistory struct {
		DeployMarker marker
		DeployResult *struct{ DeployState string }
		Deploy       struct {
			Env, Metadata map[string]string
			ContainerInfo containerInfo
			Resources     resources
			Healthcheck   healthcheck
		}
	}
)

type scheduler struct{ url string }

// try makes the call as go-singularity does and reads what it answers, if that is a success.
func (s scheduler) try(method, path string, body, answer any) (int, string) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		must(err)
		content = bytes.NewReader(text)
	}
	call, err := http.NewRequest(method, s.url+path, content)
	must(err)
	if body != nil {
		call.Header.Set("Content-Type", "application/json")
		call.Header.Set("Accept", "application/json")
	}
	response, err := http.DefaultClient.Do(call)
	must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(err)
	if response.StatusCode == http.StatusOK && answer != nil {
		must(json.Unmarshal(text, answer))
	}
	return response.StatusCode, string(text)
}

func (s scheduler) call(method, path string, body, answer any) {
	if status, text := s.try(method, path, body, answer); status != http.StatusOK {
		panic(fmt.Sprintf("%s %s: %d %s", method, path, status, text))
	}
}

func (s scheduler) parent() (parent requestParent) {
	s.call("GET", "/api/requests/request/"+requestID+"?useWebCache=false", nil, &parent)
	return parent
}

func (s scheduler) history(deployID string) (history deployHistory) {
	s.call("GET", "/api/history/request/"+requestID+"/deploy/"+deployID, nil, &history)
	return history
}

func until(what string, isSo func() bool) {
	for end := time.Now().Add(30 * time.Second); !isSo(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			panic("waited in vain for " + what)
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
