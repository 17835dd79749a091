package caddymodule

import (
	"io"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// unsupported answers the paths of the old gateway that this bridge does not
// serve (seen in the field: cashier pages, payouts). What is not answered looks
// like an empty success to programs that read no status: they hear 97, signed
// where they are known, whatever else is wrong; browsers are shown a page.
func (h *Handler) unsupported(w http.ResponseWriter, r *http.Request, route inbound.Route) {
	if inbound.IsBrowser(r.Header) {
		h.payer(w, r, route)
		return
	}
	h.merchant(w, r, route)
}

// unknownProbe answers what somebody who watches this bridge has mistyped. It
// must not look like health.
func (*Handler) unknownProbe(w http.ResponseWriter, r *http.Request, _ inbound.Route) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "No such address. Load balancers ask "+
		inbound.HealthPath+", "+inbound.ReadyPath+" or "+inbound.LivePath+".\n")
}
