package oldgateway

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
)

// Errors of requests that were not answered.
var (
	errTooLate = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	errNoHTTP  = errors.New("the answer has no status of HTTP")

	errBrokeOff = errors.New("the answer broke off")
)

// Pass passes a request on and its answer back. The error says why there is none;
// then nothing has been written to w. within bounds the time until the answer
// begins, 0 for no bound but the client's patience. An answer that breaks off
// half-way does so for the client, too: Pass panics with [http.ErrAbortHandler], as
// reverse_proxy does. A panic inside is logged, and then like any other end of the old
// gateway's: an error before the answer has begun, an answer that breaks off afterwards.
// What kept is to hold of the answer is written to it; nil keeps
// nothing.
func (g *Gateway) Pass(w http.ResponseWriter, r *http.Request, within time.Duration, kept *Reply) error {
	ctx, cancel := context.WithCancelCause(context.WithValue(r.Context(), pathKey{}, sentPath(r)))
	defer cancel(nil)
	a := &answer{ResponseWriter: w, ctx: ctx, closes: r.Method == http.MethodPost && r.ProtoMajor == 1, kept: kept}
	if within > 0 {
		defer time.AfterFunc(within, func() {
			if a.is.CompareAndSwap(awaited, refused) {
				cancel(errTooLate)
			}
		}).Stop()
	}
	before := w.Header().Clone()
	w.Header().Del("Server") // our own word, which the proxy leaves in what comes before the answer, and in 101
	err := g.serve(a, r.WithContext(ctx))
	if a.is.Load() == begun {
		return nil
	}
	clear(w.Header()) // in which the proxy may have begun to write
	maps.Copy(w.Header(), before)
	return a.reason(err)
}

// serve has the proxy carry a request. Where it gives up an answer, or panics, before
// anything of it was written, there is none; what has begun breaks off.
func (g *Gateway) serve(a *answer, r *http.Request) (err error) {
	defer func() {
		bug := recover()
		if bug == nil {
			return
		}
		if bug != http.ErrAbortHandler { //nolint:errorlint,err113 // a panic value, compared as net/http does
			err = crash.Log(g.log, "passing a request on to the old gateway", bug)
		}
		if a.is.Load() == begun {
			panic(http.ErrAbortHandler)
		}
	}()
	return g.proxy.ServeHTTP(a, r, gatewayproxy.NothingMore) //nolint:wrapcheck // the caller says what it means
}
