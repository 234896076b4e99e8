// Names the client that is built here, so that go.sum covers what it needs.
package conformance

import _ "github.com/mesos/mesos-go/api/v1/cmd/msh/app"
