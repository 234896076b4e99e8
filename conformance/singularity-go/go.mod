module tavola.invalid/conformance

go 1.20
