// Package caddyctx has contexts to load Caddy's modules with, for tests that load
// no whole configuration.
package caddyctx

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

// New returns a context as Caddy has one while it provisions. What is loaded with
// it is cleaned up when the test ends.
func New(t *testing.T) caddy.Context {
	t.Helper()
	base, err := baseContext()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := caddy.NewContext(base)
	t.Cleanup(func() { // what ends looks at the apps, as provisioning does
		Provisioning.Lock()
		defer Provisioning.Unlock()
		cancel()
	})
	return ctx
}

// baseContext has the apps that guests ask for. It is one for all tests,
// because contexts with a configuration share Caddy's logger.
var baseContext = sync.OnceValues(func() (caddy.Context, error) {
	return caddy.ProvisionContext(&caddy.Config{AppsRaw: caddy.ModuleMap{
		"events": json.RawMessage(`{}`),
	}})
})

// Provisioning is held while modules are provisioned: Caddy does so one
// configuration at a time and counts on it.
var Provisioning sync.Mutex
