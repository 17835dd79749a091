module github.com/paybridge/paybridge/translate/internal/sm2fixed/gen

go 1.26.0

require (
	github.com/mmcloughlin/avo v0.6.0
	github.com/paybridge/paybridge/caddymodule/fastrsa/gen v0.0.0
)

require (
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)

// What both generators share is in the other one's module.
replace github.com/paybridge/paybridge/caddymodule/fastrsa/gen => ../../../../caddymodule/fastrsa/gen
