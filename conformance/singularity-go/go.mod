module tavola.invalid/conformance

go 1.20

require (
	github.com/opentable/go-singularity v0.1.0
	github.com/opentable/swaggering v0.1.0
)

require (
	github.com/nyarly/inlinefiles v0.0.0-20190505234105-847932cdc7e5 // indirect
	golang.org/x/tools v0.0.0-20190513233021-7d589f28aaf4 // indirect
)

// Only go-singularity's own tests need it, and no module proxy has it.
exclude github.com/opentable/test_with_docker v0.0.0-20160502183858-d3b951869747
