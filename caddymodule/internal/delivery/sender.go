package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 64 << 10

// sender makes the calls.
type sender struct {
	log          *zap.Logger
	timeout      time.Duration // of a whole call, from the name service to the last byte
	userAgent    string
	now          func() time.Time
	roundTripper func(policy) http.RoundTripper
}

// result is what came of one call. Attempt lacks its number, and its Class and
// Cause until the call is over.
type result struct {
	ledger.Attempt
	class  Class
	cause  netcause.Cause
	unmade error // why there was no call after all; then class is for a trace only
}

// errInterrupted is the cause with which calls are cancelled when the bridge
// stops.
var errInterrupted = errors.New("the bridge stops")

// send makes one call and waits for its end. It always has a result. Nothing is written
// before look agrees.
func (s *sender) send(ctx context.Context, o ledger.Order, t Target, look look) (r result) {
	start := s.now()
	defer func() {
		if bug := recover(); bug != nil {
			_ = crash.Log(s.log, "calling a merchant", bug)
			r.class, r.cause = Internal, netcause.New(netcause.Bug, "")
		}
		r.At, r.Duration, r.Class, r.Cause = start, s.now().Sub(start), string(r.class), r.cause.String()
	}()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	u, class, cause := callURL(o.BackURL, t.PlainHTTP)
	if class != OK {
		return result{class: class, cause: cause}
	}
	c := exchange{ctx: ctx, url: u, way: netcause.Trace{ForClient: true}} // but for the dispatcher's own, see failed
	last := lastWord{look: look}
	req, err := http.NewRequestWithContext(last.watch(c.way.Watch(ctx)), http.MethodPost, u.String(), strings.NewReader(form(o, t.Key)))
	if err != nil {
		return result{class: BadURL, cause: netcause.New(netcause.NoAddress, u.Host)}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", s.userAgent)
	resp, err := s.roundTripper(policy{t.AllowCallbacks, t.RootCAs}).RoundTrip(req)
	if err != nil {
		if refusal := last.refused(); refusal != nil {
			return result{class: Withheld, unmade: refusal}
		}
		return c.failed(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return c.read(resp)
}

// exchange is one call on its way.
type exchange struct {
	ctx context.Context
	url *url.URL
	way netcause.Trace
}

// failed is the result of a call that an error ended.
func (c *exchange) failed(err error) result {
	r := result{class: classOf(c.ctx, err), cause: c.way.Of(err, c.url.Host)}
	if r.class == Interrupted {
		r.cause = netcause.New(netcause.Stopped, "")
	}
	return r
}

// read judges an answer. Only a status of 2xx can acknowledge: a page of errors
// that happens to end in 0000 would leave a paid order unannounced, while one
// call too many costs nothing.
func (c *exchange) read(resp *http.Response) result {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	var r result
	switch {
	case resp.StatusCode/100 == 3:
		r.class, r.cause = Redirect, netcause.RedirectTo(c.url, resp.Header.Get("Location"))
	case resp.StatusCode/100 != 2:
		r.class = HTTPStatus
	case err != nil:
		r = c.failed(err)
	case len(body) > maxAnswer:
		r.class, r.cause = TooLarge, netcause.New(netcause.TooLong, fmt.Sprintf("over %d KiB", maxAnswer>>10))
	default:
		r.class = judge(string(body))
	}
	r.Status, r.Excerpt = resp.StatusCode, excerpt(body, resp.Header.Get("Content-Type"))
	return r
}
