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
		return nil
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

// publicHost is the name by which merchants call.
func (v *visit) publicHost() string {
	u, err := url.Parse(v.PublicURL)
	if err != nil {
		return ""
	}
	return u.Host
}
