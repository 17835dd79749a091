package api

import (
	"net/http"
	"net/url"
)

// checkBrowser refuses a change that a browser asks for, unless the console may
// make changes, and then it must come from the console itself: a page of another
// site that an operator has open must never act in the operator's name.
//
// Every present browser says so by Sec-Fetch-Site; Origin alone may also come
// from a program, as Caddy's own commands send it. A page cannot add our header
// to a request to another origin: Caddy's answer to the browser's question does
// not allow it.
func checkBrowser(r *http.Request, consoleActions bool) error {
	site, from := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	program := site == "" && (from == "" || r.Header.Get(OperatorHeader) != "")
	switch {
	case program:
		return nil
	case !consoleActions:
		return Refuse(http.StatusForbidden, actionsAreOff.With())
	case (site != "" && site != "same-origin") || !sameHost(from, r.Host):
		return Refuse(http.StatusForbidden, notFromConsole.With())
	}
	return nil
}

// checkSite refuses whatever a page of another site has a browser ask for. It
// could not read the answer, but a self-check asks the gateway.
func checkSite(r *http.Request) error {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return Refuse(http.StatusForbidden, fromAnotherSite.With())
	}
	return nil
}

// sameHost reports whether an origin is the host that was asked. A browser names
// its origin with every change.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == host
}
