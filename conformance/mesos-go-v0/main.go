// Drives mesos-go's v0 packages against masters that meet in ZooKeeper.
//
//	client detect zk://HOST:PORT,.../PATH
//	    prints "leader URL ..." for each leader that its detector sees, and "no leader"; ends 0 when
//	    it has seen two
//	client run zk://HOST:PORT,.../PATH COMMAND COMMAND
//	    runs both commands as tasks on its scheduler driver, which speaks Mesos's internal messages;
//	    prints "both run" and "subscribed again"; ends 0 when both tasks have finished
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/mesos/mesos-go/api/v0/detector"
	_ "github.com/mesos/mesos-go/api/v0/detector/zoo"
	mesos "github.com/mesos/mesos-go/api/v0/mesosproto"
)

const timeout = 50 * time.Second

func main() {
	flag.Set("logtostderr", "true")
	flag.Parse()
	var err error
	switch args := flag.Args(); {
	case len(args) == 2 && args[0] == "detect":
		err = detect(args[1])
	case len(args) == 4 && args[0] == "run":
		err = run(args[1], args[2:])
	default:
		err = fmt.Errorf("usage: client detect ZK | client run ZK COMMAND COMMAND")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// detect follows the leader until it has seen two.
func detect(zk string) error {
	seen := make(chan bool, 16)
	leaders, err := detector.New(zk)
	if err != nil {
		return err
	}
	err = leaders.Detect(detector.OnMasterChanged(func(leader *mesos.MasterInfo) {
		if leader == nil {
			fmt.Println("no leader")
			return
		}
		// Its fields as mesos-go read them: the address in two forms, the pid, the version.
		ip := leader.GetIp()
		packed := net.IPv4(byte(ip), byte(ip>>8), byte(ip>>16), byte(ip>>24))
		fmt.Printf("leader http://%s:%d packed %s:%d hostname %s pid %s id %s version %s\n",
			leader.GetAddress().GetIp(), leader.GetAddress().GetPort(), packed, leader.GetPort(),
			leader.GetHostname(), leader.GetPid(), leader.GetId(), leader.GetVersion())
		seen <- true
	}))
	if err != nil {
		return err
	}
	over := time.After(timeout)
	for count := 0; count < 2; count++ {
		select {
		case <-seen:
		case <-over:
			return fmt.Errorf("time is over: %d leaders seen", count)
		}
	}
	return nil
}
