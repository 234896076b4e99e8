// Go's own resolver, asked for a service:
//
//	resolver-go IP:PORT NAME
//
// prints what it found as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"sort"
)

func main() {
	server, name := os.Args[1], os.Args[2]
	resolver := net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, network, server)
		},
	}
	ctx := context.Background()
	_, records, err := resolver.LookupSRV(ctx, name+"-web", "tcp", "marathon.mesos")
	must(err)
	ports := []int{}
	for _, record := range records {
		ports = append(ports, int(record.Port))
	}
	sort.Ints(ports)
	addresses, err := resolver.LookupHost(ctx, name+"-web.marathon.mesos.")
	must(err)
	sort.Strings(addresses)
	many, err := resolver.LookupHost(ctx, name+"-many.marathon.mesos.")
	must(err)
	_, err = resolver.LookupHost(ctx, name+"-none.marathon.mesos.")
	var problem *net.DNSError
	isAbsent := errors.As(err, &problem) && problem.IsNotFound
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"ports": ports, "addresses": addresses, "many": len(many), "isAbsent": isAbsent,
	}))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
