package payer

import (
	"encoding/json"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
)

// view is what a payer's browser is answered, and what is logged of it. It is a
// page, a redirect or JSON.
type view struct {
	result   string // a word of ours for logs and traces
	status   int
	page     pages.Page
	location string
	json     any
	cookies  []*http.Cookie
	err      error // why the request was refused, fit for logs
	isOld    bool  // the order is the old gateway's
}

// show answers a page.
func show(result string, p pages.Page) view {
	return view{result: result, status: http.StatusOK, page: p}
}

// onward sends the browser to another address, with a GET whatever it came by.
func onward(result, location string) view {
	return view{result: result, status: http.StatusSeeOther, location: location}
}

// refuse answers why nothing goes on here.
func refuse(reason pages.Reason, err error) view { return refuseTo(reason, "", err) }

// refuseTo does so with an address where the payer can go on or try again, for
// the reasons whose page has a button for it.
func refuseTo(reason pages.Reason, link string, err error) view {
	return view{result: string(reason), status: reason.Status(), page: pages.Refusal{Reason: reason, Link: link}, err: err}
}

// offering has a page "busy" that leads nowhere offer the address that r has asked for
// once more, if that is a GET: what a browser has posted is not posted again by a link.
func (v view) offering(r *http.Request) view {
	busy := pages.Refusal{Reason: pages.Busy}
	if v.page == busy && r.Method == http.MethodGet {
		v.page = pages.Refusal{Reason: pages.Busy, Link: r.URL.RequestURI()}
	}
	return v
}

// write answers r. Programs that ask for JSON get refusals as JSON.
func (v view) write(w http.ResponseWriter, r *http.Request) {
	v = v.offering(r)
	for _, c := range v.cookies {
		http.SetCookie(w, c)
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	switch {
	case v.location != "":
		header.Set("Location", v.location)
		w.WriteHeader(v.status)
	case v.json != nil:
		v.writeJSON(w, v.json)
	case inbound.Canonical(r.URL.Path) == inbound.StatusPath:
		v.writeJSON(w, map[string]string{"error": v.result})
	case v.page == nil:
		w.WriteHeader(v.status)
	default:
		pages.Write(w, r, v.status, v.page)
	}
}

func (v view) writeJSON(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(v.status)
	// A page that has gone away misses nothing.
	_ = json.NewEncoder(w).Encode(answer)
}
