// Command caddy is Caddy with Paybridge. It is what xcaddy would make, for
// machines on which xcaddy cannot be had, and has the same modules.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/paybridge/paybridge/caddymodule"
)

func main() { caddycmd.Main() }
