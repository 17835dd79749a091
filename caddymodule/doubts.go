package caddymodule

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// findDoubts keeps what is doubtful in the configuration and its merchants, and
// returns what nothing good can come of.
func (a *App) findDoubts(all []merchants.Config) configerror.List {
	codes := a.TranCodes
	config := configcheck.Config{
		PublicURL: a.PublicURL, Subject: a.Subject, Rollback: a.Rollback, Merchants: all, Now: time.Now(), Source: a.Source,
		TranCodes: []configcheck.TranCode{
			{Directive: "pay", Code: codes.Pay, Moves: true},
			{Directive: "refund", Code: codes.Refund, Moves: true},
			{Directive: "close", Code: codes.Close, Moves: true},
			{Directive: "query", Code: codes.Query},
			{Directive: "refund_query", Code: codes.RefundQuery},
		},
	}
	if a.Gateway != nil {
		config.GatewayURL = a.Gateway.URL
	}
	if a.OldGateway != nil {
		config.OldGatewayURL = a.OldGateway.URL
	}
	var wrong configerror.List
	for _, f := range configcheck.Check(config) {
		if f.Wrong {
			wrong.Add(f.At, errors.New(f.String()))
		} else {
			a.doubts = append(a.doubts, f)
		}
	}
	return wrong
}

// warn tells of a doubt in a line of the log.
func (a *App) warn(f configcheck.Finding) {
	fields := []zap.Field{zap.String("directive", f.Directive)}
	if at := f.At.String(); at != "" {
		fields = append(fields, zap.String("at", at))
	}
	a.log.Warn(f.Text.Error(), fields...)
}

// checkUTF8 refuses a Caddyfile in another encoding: what its reader could not
// read has become replacement characters.
func checkUTF8(d *caddyfile.Dispenser) error {
	defer d.Reset()
	for d.Next() {
		if strings.ContainsRune(d.Val(), utf8.RuneError) {
			return d.Err(configcheck.NotUTF8.Error())
		}
	}
	return nil
}

// warnOfConfig warns of what was found in the configuration.
func (a *App) warnOfConfig() {
	for _, f := range a.doubts {
		a.warn(f)
	}
}

// allDoubts is what is doubtful in the configuration, its sites included.
func (a *App) allDoubts() []configcheck.Finding {
	return append(slices.Clone(a.doubts), a.siteDoubts()...)
}

// warnOfSites warns when no request can reach the bridge, or the old gateway. It is asked
// when all sites have been provisioned, which the app's own Provision is too early for.
func (a *App) warnOfSites() {
	for _, f := range a.siteDoubts() {
		a.warn(f)
	}
}

// wasValidated reports whether Caddy ends the configuration because it was only to
// be validated and is sound. One that failed it ends with the error; some sites may
// not have been provisioned then, and looking at them would provision them, with
// nobody to clean up.
func (a *App) wasValidated() bool {
	return a.ctx.Err() != nil && errors.Unwrap(context.Cause(a.ctx)) == nil
}

// siteDoubts looks for the directive in the sites.
func (a *App) siteDoubts() []configcheck.Finding {
	app, err := a.ctx.AppIfConfigured("http")
	if err != nil && !errors.Is(err, caddy.ErrNotConfigured) {
		return nil // the sites did not load, which has been said
	}
	var reached reach
	var circles []configcheck.Finding
	if sites, ok := app.(*caddyhttp.App); ok {
		for _, server := range sites.Servers {
			reached.names = nil
			reached.walk(server.Routes, false)
			circles = append(circles, a.circles(reached.names, server.Listen)...)
		}
	}
	switch {
	case reached.open > 0:
		return circles[:min(1, len(circles))]
	case reached.hidden > 0:
		return []configcheck.Finding{{Directive: "paybridge", Text: bilingual.Say("the directive stands where no request comes: a handle, respond or other handler in front of it answers everything; put it into that handle, or first in a route")}}
	}
	return []configcheck.Finding{{Directive: "paybridge", Text: bilingual.Say("no site has the directive, so nobody can pay; write: pay.example.com { paybridge }")}}
}

// reach counts the handlers of Paybridge in sites by whether a request can come to
// them.
type reach struct {
	open, hidden int
	names        []string // of the hosts whose requests come to one
	within       []string // of those that are being walked, nil for any
}

// walk looks at routes in their order, and reports whether all requests end in
// them. hidden says that none comes to the first.
func (r *reach) walk(routes caddyhttp.RouteList, hidden bool) (ends bool) {
	taken := map[string]bool{} // groups that an earlier route takes every request of
	for _, route := range routes {
		passed := hidden || ends || route.Group != "" && taken[route.Group]
		last := r.route(route, passed)
		if len(route.MatcherSets) > 0 || passed {
			continue // only some requests come here
		}
		ends = ends || last || route.Terminal
		if route.Group != "" {
			taken[route.Group] = true
		}
	}
	return ends
}

// route looks at one route.
func (r *reach) route(route caddyhttp.Route, hidden bool) (ends bool) {
	outer := r.within
	defer func() { r.within = outer }()
	if names := hostsOf(route); names != nil {
		r.within = names
	}
	return r.handlers(route.Handlers, hidden)
}

// answering are handlers that pass nothing on.
var answering = []caddy.ModuleID{"http.handlers.static_response", "http.handlers.file_server", "http.handlers.reverse_proxy"}

// handlers looks at the handlers of one route.
func (r *reach) handlers(list []caddyhttp.MiddlewareHandler, hidden bool) (ends bool) {
	for _, handler := range list {
		switch h := handler.(type) {
		case *Handler:
			if hidden || ends {
				r.hidden++
			} else {
				r.open++
				r.names = append(r.names, r.within...)
			}
		case *caddyhttp.Subroute:
			ends = r.walk(h.Routes, hidden || ends) || ends
		case caddy.Module:
			ends = ends || slices.Contains(answering, h.CaddyModule().ID)
		}
	}
	return ends
}
