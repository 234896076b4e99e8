// OpenTable's own client of Singularity, go-singularity, against a scheduler that speaks its API:
//
//	singularity-go sous|client SCHEDULER_URL SERVICE_COMMAND
//
// `sous` makes the calls of OpenTable's deploy tool, in its order and with its values; `client` calls
// all else that the client can do.
package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"time"

	singularity "github.com/opentable/go-singularity"
	"github.com/opentable/swaggering"
)

var stories = map[string]func(client *singularity.Client, command string){
	"sous":   sous,
	"client": everything,
}

func main() {
	if len(os.Args) != 4 || stories[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: singularity-go sous|client SCHEDULER_URL SERVICE_COMMAND")
		os.Exit(64)
	}
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", problem, debug.Stack())
			os.Exit(1)
		}
	}()
	stories[os.Args[1]](singularity.NewClient(os.Args[2]), os.Args[3])
}

// got is the value, or the end of the program where the call failed.
func got[T any](value T, err error) T {
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// statusOf is what the scheduler answered; 200 where the call succeeded.
func statusOf(err error) int {
	var refusal *swaggering.ReqError
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	must(err)
	return 200
}

func until(what string, isSo func() bool) {
	for end := time.Now().Add(30 * time.Second); !isSo(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			panic("waited in vain for " + what)
		}
	}
}

// same panics unless both have the same content; pointers are followed.
func same(what string, wanted, found any) {
	if !reflect.DeepEqual(wanted, found) {
		panic(fmt.Sprintf("%s: wanted %s, found %s", what, swaggering.FormatJSON(wanted), swaggering.FormatJSON(found)))
	}
}

// p is a pointer to the value: the client's structures have nothing else.
func p[T any](value T) *T { return &value }
