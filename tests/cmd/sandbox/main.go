// Command sandbox is Caddy with Paybridge and the other sides of it, for the demo
// and the tests: the sandbox of the v2 gateway (directive paybridge_sandbox) and the
// old v1 gateway (paybridge_sandbox_old). It also asks a test's name service, where the
// environment names one. It is never what an operator runs.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/paybridge/paybridge/caddymodule"
	"github.com/paybridge/paybridge/tests/nameserver"
	_ "github.com/paybridge/paybridge/tests/sandbox"
	_ "github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

func main() {
	nameserver.UseFromEnvironment()
	caddycmd.Main()
}
