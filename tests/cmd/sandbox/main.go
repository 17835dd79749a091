// Command sandbox is Caddy with Paybridge and the sandbox gateway, for the demo
// and the tests. It is never what an operator runs.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/paybridge/paybridge/caddymodule"
	_ "github.com/paybridge/paybridge/tests/sandbox"
)

func main() { caddycmd.Main() }
