package caddymodule

import (
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

func TestListenerWrapperCaddyfile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		pause time.Duration
		fails bool
	}{
		"paybridge":           {time.Duration(defaultPause), false},
		"paybridge 50ms":      {50 * time.Millisecond, false},
		"paybridge soon":      {0, true},
		"paybridge -1s":       {0, true},
		"paybridge 50ms 60ms": {0, true},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			var w ListenerWrapper
			err := w.UnmarshalCaddyfile(caddyfile.NewTestDispenser(text))
			if (err != nil) != want.fails {
				t.Fatalf("error %v", err)
			}
			if want.fails {
				return
			}
			if err := w.Provision(caddy.Context{}); err != nil || time.Duration(w.Pause) != want.pause {
				t.Errorf("pause %s, %v", time.Duration(w.Pause), err)
			}
		})
	}
}
