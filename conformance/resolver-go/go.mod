module tavola.invalid/resolver

go 1.20
