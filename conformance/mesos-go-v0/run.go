package main

import (
	"fmt"
	"net"
	"time"

	"github.com/gogo/protobuf/proto"
	mesos "github.com/mesos/mesos-go/api/v0/mesosproto"
	util "github.com/mesos/mesos-go/api/v0/mesosutil"
	sched "github.com/mesos/mesos-go/api/v0/scheduler"
)

const registrationTimeout = 10 * time.Second

var names = []string{"meanwhile", "after"}

// failover is a framework of two tasks.
type failover struct {
	commands []string
	launched bool
	running  map[string]bool
	ended    map[string]mesos.TaskState
	// Closed by the first registration.
	registered chan bool
	done       chan error
}

func run(zk string, commands []string) error {
	framework := &failover{
		commands:   commands,
		running:    map[string]bool{},
		ended:      map[string]mesos.TaskState{},
		registered: make(chan bool),
		done:       make(chan error, 16),
	}
	driver, err := sched.NewMesosSchedulerDriver(sched.DriverConfig{
		Scheduler: framework,
		Framework: &mesos.FrameworkInfo{
			User:            proto.String(""), // mesos-go fills it in.
			Name:            proto.String("conformance-mesos-go-v0"),
			FailoverTimeout: proto.Float64(60),
			Checkpoint:      proto.Bool(true),
		},
		Master:           zk,
		HostnameOverride: "localhost",
		BindingAddress:   net.IPv4(127, 0, 0, 1),
	})
	if err != nil {
		return err
	}
	if _, err := driver.Start(); err != nil {
		return err
	}
	select {
	case <-framework.registered:
	case <-time.After(registrationTimeout):
		driver.Abort()
		return fmt.Errorf("not registered within %s", registrationTimeout)
	}
	select {
	case err = <-framework.done:
	case <-time.After(timeout):
		err = fmt.Errorf("time is over: %v", framework.ended)
	}
	driver.Stop(false)
	return err
}

func (f *failover) Registered(_ sched.SchedulerDriver, id *mesos.FrameworkID, master *mesos.MasterInfo) {
	fmt.Println("registered", id.GetValue(), "at", master.GetPid())
	close(f.registered)
}

func (f *failover) Reregistered(_ sched.SchedulerDriver, master *mesos.MasterInfo) {
	fmt.Println("subscribed again at", master.GetPid())
}

func (f *failover) Disconnected(sched.SchedulerDriver) {
	fmt.Println("disconnected")
}

func (f *failover) ResourceOffers(driver sched.SchedulerDriver, offers []*mesos.Offer) {
	for _, offer := range offers {
		if f.launched {
			driver.DeclineOffer(offer.Id, &mesos.Filters{RefuseSeconds: proto.Float64(1)})
			continue
		}
		f.launched = true
		tasks := []*mesos.TaskInfo{}
		for at, command := range f.commands {
			tasks = append(tasks, &mesos.TaskInfo{
				Name:    proto.String(names[at]),
				TaskId:  util.NewTaskID(names[at]),
				SlaveId: offer.SlaveId,
				Command: &mesos.CommandInfo{Shell: proto.Bool(true), Value: proto.String(command)},
				Resources: []*mesos.Resource{
					util.NewScalarResource("cpus", 0.1),
					util.NewScalarResource("mem", 32),
				},
			})
		}
		driver.LaunchTasks([]*mesos.OfferID{offer.Id}, tasks, &mesos.Filters{})
	}
}

func (f *failover) StatusUpdate(_ sched.SchedulerDriver, status *mesos.TaskStatus) {
	name, state := status.GetTaskId().GetValue(), status.GetState()
	fmt.Println("update", name, state, status.GetMessage())
	switch state {
	case mesos.TaskState_TASK_STAGING, mesos.TaskState_TASK_STARTING:
	case mesos.TaskState_TASK_RUNNING:
		if f.running[name] {
			return
		}
		f.running[name] = true
		if len(f.running) == len(names) {
			fmt.Println("both run")
		}
	case mesos.TaskState_TASK_FINISHED:
		f.ended[name] = state
		if len(f.ended) == len(names) {
			f.done <- nil
		}
	default:
		f.done <- fmt.Errorf("%s of %s: %s", state, name, status.GetMessage())
	}
}

func (f *failover) OfferRescinded(sched.SchedulerDriver, *mesos.OfferID) {}

func (f *failover) FrameworkMessage(sched.SchedulerDriver, *mesos.ExecutorID, *mesos.SlaveID, string) {
}

func (f *failover) SlaveLost(_ sched.SchedulerDriver, id *mesos.SlaveID) {
	fmt.Println("agent lost:", id.GetValue())
}

func (f *failover) ExecutorLost(_ sched.SchedulerDriver, id *mesos.ExecutorID, _ *mesos.SlaveID, status int) {
	fmt.Println("executor lost:", id.GetValue(), status)
}

func (f *failover) Error(_ sched.SchedulerDriver, message string) {
	f.done <- fmt.Errorf("error: %s", message)
}
