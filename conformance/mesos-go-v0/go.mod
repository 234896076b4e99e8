module tavola.invalid/conformance

go 1.20

require (
	github.com/gogo/protobuf v1.0.0
	github.com/mesos/mesos-go v0.0.11
)

require (
	github.com/golang/glog v1.0.0 // indirect
	github.com/google/uuid v1.0.0 // indirect
	github.com/pborman/uuid v1.2.1 // indirect
	github.com/samuel/go-zookeeper v0.0.0-20190923202752-2cc03de413da // indirect
	golang.org/x/net v0.17.0 // indirect
)
