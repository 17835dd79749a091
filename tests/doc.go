// Package tests checks the whole system: a real Caddy process with Paybridge
// between real HTTP merchants and the sandbox gateway. Nothing here is part of
// what operators run; caddymodule and translate never import it.
package tests
