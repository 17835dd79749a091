package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// checkOldGateway asks the old gateway for a page, where there is one. Any answer will
// do but an error of its server: what stands at / is the old gateway's own business.
func (v *visit) checkOldGateway(ctx context.Context) []Check {
	if v.OldGateway == nil {
		return v.checkRoutesLeft(ctx)
	}
	check := Check{Name: v.text(say("old gateway"))}
	began := time.Now()
	status, err := v.OldGateway.Try(ctx, v.publicHost())
	switch {
	case err != nil:
		check.Detail = bilingual.Failure(v.lang, err)
		check.Advice = v.text(say("what is passed on gets no answer, and programs hear 96: does old_gateway name it, and does it take requests from this machine?"))
		return []Check{check.at(LevelFail)}
	case status >= http.StatusInternalServerError:
		check.Detail = v.text(say("it answers with HTTP status %d", status))
		check.Advice = v.text(say("merchants hear what it says; look whether it works, also when it is called without the bridge"))
		return []Check{check.at(LevelWarn)}
	}
	check.Detail = v.text(say("an answer after %s: HTTP status %d", time.Since(began).Round(time.Millisecond), status))
	return []Check{check.at(LevelOK)}
}

// checkRoutesLeft names merchants whose routes lead to an old gateway where there is
// none: nobody has moved them, and their new orders go to v2.
func (v *visit) checkRoutesLeft(ctx context.Context) []Check {
	routes, err := v.Ledger.Routes(ctx)
	if err != nil {
		return nil // the ledger's own check tells it
	}
	left := routes.LeftOld(v.Settings.Merchants.Has)
	if len(left) == 0 {
		return nil
	}
	first := left[0]
	if first == "" {
		first = v.text(say("all merchants that have no route of their own"))
	}
	check := Check{
		Name:   v.text(say("old gateway")),
		Detail: v.text(say("none is configured, but routes on record lead to it (%d, the first that of %s)", len(left), first)),
		Advice: v.text(say("their new orders go to v2 now: put old_gateway back, or take these routes away: merchant route MERID default")),
	}
	return []Check{check.at(LevelWarn)}
}

// publicHost is the name by which merchants call.
func (v *visit) publicHost() string {
	u, err := url.Parse(v.PublicURL)
	if err != nil {
		return ""
	}
	return u.Host
}
