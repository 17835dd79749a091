package caddymodule

import (
	"net/http"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// serveGuarded serves a request to an address of the bridge. A panic that nobody inside
// has made an answer of, such as one in writing the answer, is one here: net/http would end
// the connection, which a merchant's program takes for a failure of the network, and log
// whatever the panic holds. Behind an answer that has begun it costs nothing but the line.
func (h *Handler) serveGuarded(w http.ResponseWriter, r *http.Request, to inbound.Route) {
	answer := &begunAnswer{ResponseWriter: w}
	defer func() {
		bug := recover()
		switch bug {
		case nil:
			return
		case http.ErrAbortHandler: // as net/http does; an answer of the old gateway has broken off
			panic(bug)
		}
		_ = crash.Log(h.log, "answering a request", bug, zap.String("interface", to.Name))
		if !answer.begun {
			crash.Guard(h.log, "answering a request after that", func() { h.lastWord(answer, r, to) })
		}
	}()
	h.serveRoute(answer, r, to)
}

// lastWord answers a request that a bug has left without an answer.
func (h *Handler) lastWord(w http.ResponseWriter, r *http.Request, to inbound.Route) {
	switch to.Caller {
	case inbound.Gateway:
		h.notices.Refuse(w, r)
	case inbound.LoadBalancer, inbound.Probe:
		health.Stopped().Write(w)
	default:
		h.refuseUnread(w, r, passage{route: to}, v1.CodeInternal, pages.Internal)
	}
}

// begunAnswer knows whether anything of an answer has been written.
type begunAnswer struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements [http.ResponseWriter].
func (a *begunAnswer) WriteHeader(status int) {
	a.ResponseWriter.WriteHeader(status)
	a.begun = a.begun || status >= http.StatusOK || status == http.StatusSwitchingProtocols
}

// Write implements [http.ResponseWriter].
func (a *begunAnswer) Write(text []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(text) //nolint:wrapcheck // it stands for that writer
}

// Unwrap is for [http.ResponseController].
func (a *begunAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
