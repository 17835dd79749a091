package caddymodule

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/dustin/go-humanize"

	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// HealthLimits say when load balancers are told that this bridge is not ready,
// although it runs.
type HealthLimits struct {
	// How many bytes must be free where a ledger on SQLite is. Default: 256 MiB.
	MinFreeDisk int64 `json:"min_free_disk,omitempty"`

	// How far this machine's clock may be from the gateway's before the health
	// page warns. Default: 30s.
	MaxClockSkew caddy.Duration `json:"max_clock_skew,omitempty"`
}

const (
	defaultMinFreeDisk  = 256 << 20
	defaultMaxClockSkew = caddy.Duration(30 * time.Second)
)

func (l *HealthLimits) setDefaults() {
	if l.MinFreeDisk == 0 {
		l.MinFreeDisk = defaultMinFreeDisk
	}
	if l.MaxClockSkew == 0 {
		l.MaxClockSkew = defaultMaxClockSkew
	}
}

func (l *HealthLimits) checkDisk() error {
	if l.MinFreeDisk < 0 {
		return errors.New("health: min_free_disk must not be negative")
	}
	return nil
}

func (l *HealthLimits) checkSkew() error {
	if l.MaxClockSkew < caddy.Duration(time.Second) {
		return errors.New("health: max_clock_skew must be a second or longer; the gateway tells whole seconds")
	}
	return nil
}

// readHealth reads the block of health.
func (a *App) readHealth(d *caddyfile.Dispenser) error {
	return readBlock(d, a.inner("health", map[string]subdirective[*App]{
		"min_free_disk":  {read: func(a *App, d *caddyfile.Dispenser) error { return sizeArg(d, &a.Health.MinFreeDisk) }},
		"max_clock_skew": {read: func(a *App, d *caddyfile.Dispenser) error { return durationArg(d, &a.Health.MaxClockSkew) }},
	}), a)
}

// sizeArg reads a number of bytes as people write it.
func sizeArg(d *caddyfile.Dispenser, into *int64) error {
	directive := d.Val()
	var text string
	if err := oneArg(d, &text); err != nil {
		return err
	}
	const most = 1 << 60
	size, err := humanize.ParseBytes(text)
	if err != nil || size == 0 || size > most {
		return d.Errf("%s: %q is not a size; write for example 256MiB or 2GB", directive, text)
	}
	*into = int64(size)
	return nil
}

// newJudge makes what judges whether an engine is ready, by the app's limits.
func (a *App) newJudge(e *engine) *health.Judge {
	var compares func() shadow.State
	if a.shadow != nil {
		compares = a.shadow.state
	}
	return health.New(
		health.Limits{
			MinFreeDisk: uint64(a.Health.MinFreeDisk), //nolint:gosec // not negative, see checkDisk
			MaxSkew:     time.Duration(a.Health.MaxClockSkew),
		},
		health.Sources{Commit: e.ledger.Ping, Disk: ledgerFolder(a.store), Skew: e.bridge.ClockSkew, Shadow: compares, Now: time.Now},
	)
}

// ledgerFolder is the folder whose file system must have room; "" for a ledger
// that is not on this machine's disk.
func ledgerFolder(store LedgerStore) string {
	file, ok := store.(*SQLite)
	if !ok {
		return ""
	}
	path, err := ledger.Resolve(file.Path)
	if err != nil {
		path = file.Path
	}
	return filepath.Dir(path)
}

// probes are what load balancers ask, on the public site, by their route's name.
var probes = map[string]func(*App, *http.Request) health.Answer{
	"ready": (*App).readiness,
	"live":  func(*App, *http.Request) health.Answer { return health.Live() },
}

// health answers a load balancer.
func (h *Handler) health(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	if !route.Takes(r.Method) {
		w.Header().Set("Allow", strings.Join(route.Methods(), ", "))
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	probes[route.Name](h.app, r).Write(w)
}

// readiness judges without waiting for the app to start: not yet is an answer.
func (a *App) readiness(r *http.Request) health.Answer {
	if !a.hasStarted() {
		return health.Stopped()
	}
	if a.isFront() {
		return health.Readiness(health.Report{}) // it needs nothing that could be missing
	}
	s, ok := a.service(r.Context())
	if !ok {
		return health.Stopped()
	}
	return health.Readiness(s.health.Judge(r.Context()))
}
