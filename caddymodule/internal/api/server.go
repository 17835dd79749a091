package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
)

// Served is what a request works on: the engine that runs, seen with the
// configuration that serves.
type Served struct {
	Bridge         *bridge.Bridge
	Ledger         *ledger.Ledger
	Settings       *bridge.Settings
	Health         *health.Judge
	Refusals       *refusals.Recorder
	PublicURL      string                       // without a slash at its end
	ConsoleActions bool                         // a browser may make changes
	Doubts         func() []configcheck.Finding // what is doubtful in the configuration
	DiskSpace      func(folder string) (free, size uint64, err error)
	Shadow         ShadowState         // how the comparison with the old gateway stands
	OldGateway     *oldgateway.Gateway // nil for none

	// Guard tells how the guard stands with a merchant; ok is false where none does.
	Guard func(merID string) (s guard.State, ok bool)

	DefaultRoute routing.Route // of merchants without one; the zero Route without an old gateway
	RouteChanged func()        // has this bridge see a change at once

	// Try serves a message as a merchant's request that came to the site.
	Try func(context.Context, merchantapi.Trial) (merchantapi.Tried, error)
}

// Server answers the API's requests.
type Server struct {
	log     *zap.Logger
	serving func() (Served, bool)
	now     func() time.Time
	routes  map[string]map[string]route // by path and method

	outcomes recentOutcomes
	sums     recentSums
}

// NewServer makes a server. serving says what serves just then; it is asked for
// each request, since configurations are reloaded, and is false while none
// runs. now is the clock that the ledger's due times are stored by: the serving
// bridge's, which may differ from the machine's.
func NewServer(log *zap.Logger, serving func() (Served, bool), now func() time.Time) *Server {
	s := &Server{log: log, serving: serving, now: now, routes: make(map[string]map[string]route)}
	for _, r := range routes {
		if s.routes[r.path] == nil {
			s.routes[r.path] = make(map[string]route)
		}
		s.routes[r.path][r.method] = r
	}
	return s
}

// How long a request may take.
const (
	requestTime = 60 * time.Second // a self-check is the longest
	copyTime    = 6 * time.Hour    // a backup: a ledger only grows
)

// ServeHTTP answers one request. Its errors are caddy.APIErrors, which Caddy
// turns into the answer; it implements caddy.AdminHandler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) error {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Vary", "Accept-Language")
	route, err := s.route(r)
	if err != nil {
		return In(LangOf(r), err)
	}
	status, answer, err := s.guarded(route, r)
	if err != nil {
		return In(LangOf(r), apiError(err))
	}
	if chosen, ok := answer.(withStatus); ok {
		status = chosen.status()
	}
	header.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answer) // the caller has hung up
	return nil
}

// route finds what a request asks for.
func (s *Server) route(r *http.Request) (route, error) {
	methods, known := s.routes[r.URL.Path]
	if !known {
		return route{}, Refuse(http.StatusNotFound, unknownPath.With(printable(r.URL.Path), Prefix))
	}
	found, known := methods[strings.ToUpper(r.Method)]
	if !known {
		return route{}, Refuse(http.StatusMethodNotAllowed, wrongMethod.With(r.URL.Path, printable(r.Method)))
	}
	return found, nil
}

// guarded is visit, in which a panic is an error like any other.
func (s *Server) guarded(route route, r *http.Request) (status int, answer any, err error) {
	err = crash.Try(s.log, "serving an operator", func() error {
		status, answer, err = s.visit(route, r)
		return err
	})
	return status, answer, err
}

func (s *Server) visit(route route, r *http.Request) (int, any, error) {
	served, running := s.serving()
	if !running && !route.always {
		return 0, nil, Refuse(http.StatusServiceUnavailable, notServing.With())
	}
	if err := checkSite(r); err != nil {
		return 0, nil, err
	}
	if route.changes() {
		if err := checkBrowser(r, served.ConsoleActions); err != nil {
			return 0, nil, err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), route.limit)
	defer cancel()
	return route.serve(&visit{log: s.log, Served: served, running: running, ctx: ctx, r: r, lang: LangOf(r), who: whoIs(r), now: s.now(), outcomes: &s.outcomes, sums: &s.sums})
}

var _ caddy.AdminHandler = (*Server)(nil)
