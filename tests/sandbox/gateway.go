package sandbox

import (
	"fmt"
	"net/http"
	"strings"
)

// Paths a [Gateway] answers; everything else is 404.
const (
	// OnePayPath is the v2 interface.
	OnePayPath = "/onePayService/onePay.do"
	// HostedPath is what the buttons of the hosted page post to.
	HostedPath = "/onePayService/hosted.do"
	// ControlPrefix begins the paths of the control interface.
	ControlPrefix = "/_sandbox/"
)

// Gateway is a v2 gateway in one process. Make one with [New] and Close it.
// Its methods may be called at the same time.
type Gateway struct {
	config    Config
	merchants registry
	control   http.Handler
	*world
}

// New makes a gateway with an empty order book. It refuses a configuration
// without merchants, or with keys that do not fit their suite.
func New(config Config) (*Gateway, error) {
	return newGateway(config, newWorld())
}

func newGateway(config Config, w *world) (*Gateway, error) {
	config = config.withDefaults()
	merchants, err := config.index()
	if err != nil {
		return nil, fmt.Errorf("configuring sandbox: %w", err)
	}
	g := &Gateway{config: config, world: w}
	g.merchants.known = merchants
	g.control = g.controlMux()
	return g, nil
}

// Close releases requests that are held without an answer and waits for
// notices that are being sent. It does not wait for requests; close the server
// for that.
func (g *Gateway) Close() error {
	return g.Destruct()
}

// Handles reports whether path belongs to the gateway.
func Handles(path string) bool {
	return path == OnePayPath || path == HostedPath || strings.HasPrefix(path, ControlPrefix)
}

// ServeHTTP answers the v2 interface and the control interface.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == OnePayPath:
		g.serveOnePay(w, r)
	case r.URL.Path == HostedPath:
		g.serveHosted(w, r)
	case strings.HasPrefix(r.URL.Path, ControlPrefix):
		g.control.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// State is what the gateway knows, for assertions and for the demo.
type State struct {
	Orders     []Order        `json:"orders"`
	Counters   Counters       `json:"counters"`
	Violations []Violation    `json:"violations"`
	Notices    []NoticeResult `json:"notices"`
	// Held is the number of notices that wait for ReleaseNotices.
	Held int `json:"held"`
}

// State returns a snapshot.
func (g *Gateway) State() State {
	_, violations, notices := g.journal.snapshot()
	return State{
		Orders:     g.book.snapshot(),
		Counters:   g.counters.snapshot(),
		Violations: violations,
		Notices:    notices,
		Held:       g.held.count(),
	}
}

// Order returns one order from the book.
func (g *Gateway) Order(merchantID, orderID string) (Order, bool) {
	return g.book.find(orderKey{merchantID, orderID})
}

// Violations returns every deviation from the specification seen so far. It
// must be empty at the end of a test.
func (g *Gateway) Violations() []Violation {
	_, violations, _ := g.journal.snapshot()
	return violations
}

// Exchanges returns the last 64 exchanges, oldest first.
func (g *Gateway) Exchanges() []Exchange {
	exchanges, _, _ := g.journal.snapshot()
	return exchanges
}

// Script adds a rule.
func (g *Gateway) Script(r Rule) error {
	if err := r.validate(); err != nil {
		return fmt.Errorf("scripting sandbox: %w", err)
	}
	g.rules.add(r)
	return nil
}

// Reset empties the book and forgets rules, counters, exchanges, violations
// and held notices. Requests and notices under way go on.
func (g *Gateway) Reset() {
	g.reset()
}
