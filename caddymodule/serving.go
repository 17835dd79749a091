package caddymodule

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// serving are the apps that have started and are not cleaned up yet.
//
// After a reload Caddy cleans up the old configuration while its server still
// finishes requests. Those are served with the new configuration: a merchant
// must not hear "busy" because an operator changed a line. The other way round,
// a new configuration may start and be taken back because another app of it
// failed; then the one before serves on.
var serving startedApps

type startedApps struct {
	mu   sync.Mutex
	list []*App // newest last
}

func (s *startedApps) add(a *App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, a)
}

// remove takes an app out; it may be called again.
func (s *startedApps) remove(a *App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.list, a); i >= 0 {
		s.list = slices.Delete(s.list, i, i+1)
	}
}

// newest is the app that started last, nil when there is none.
func (s *startedApps) newest() *App {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.list); n > 0 {
		return s.list[n-1]
	}
	return nil
}

// service is what a request is served with.
type service struct {
	app      *App
	bridge   *bridge.Bridge
	ledger   *ledger.Ledger
	settings *bridge.Settings
	health   *health.Judge
}

// service returns what to serve with, waiting for the app to start, since Caddy
// may open the listeners first. ok is false when nothing runs any more or ctx is
// done.
func (a *App) service(ctx context.Context) (s service, ok bool) {
	select {
	case <-a.started:
	case <-ctx.Done():
		return service{}, false
	}
	for _, app := range []*App{a, serving.newest()} {
		if app == nil {
			continue
		}
		if e := app.engine.Load(); e != nil {
			return service{app: app, bridge: e.bridge, ledger: e.ledger, settings: app.settings, health: app.judge.Load()}, true
		}
	}
	return service{}, false
}

// servingTime is the time that the newest app's bridge goes by, which is what due
// times are to be compared with.
func servingTime() time.Time {
	if app := serving.newest(); app != nil {
		return app.now()
	}
	return time.Now()
}

// now is the time that the app's bridge goes by.
func (a *App) now() time.Time {
	if e := a.engine.Load(); e != nil {
		return e.bridge.Now()
	}
	return time.Now()
}
